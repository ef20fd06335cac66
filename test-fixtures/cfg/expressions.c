/* Values and side effects: conversions, assignments, initializers, places. */
int probe(int n);
unsigned int unsigned_probe(int n);
void take(int a, int b);
void take_long(long n);
void take_bytes(unsigned char a, signed char b);

struct deep {
	short inner;
	int more[3];
};

struct pair {
	int first;
	unsigned char second;
	struct deep deep;
};

/*
 * edges: 0 return
 */
int increments_in_arguments(int n)
{
	int slots[4] = { 5, 6, 7, 8 };
	int i = n & 1;

	take(slots[i++], 1);
	take(slots[++i], i);
	take(slots[i--], 2);
	return --i;
}

/*
 * edges: 0 return
 */
int assignments(int n, unsigned int u)
{
	int a = n;

	a += 3;
	a -= u & 7;
	a *= 2;
	a ^= 0x55;
	a |= n;
	a &= ~4;
	a <<= 1;
	a >>= 2;
	a /= 3;
	a %= 7;
	return a;
}

/*
 * edges: 0 return
 */
int chained(int n)
{
	int a, b;
	unsigned char c;

	a = b = c = n + 300;
	return a + b + c;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 2 -true-> 3, 2 -false-> 4, 4 -true-> 5, 4 -false-> 6, 1 return,
 *   3 return, 5 return, 6 return
 */
int signed_against_unsigned(int n)
{
	unsigned int limit = 3;

	if (n < limit)
		return 1;
	if (n < (int)limit)
		return 2;
	if (n > sizeof(int))
		return 3;
	return 4;
}

/*
 * edges: 0 return
 */
long widening(int n, unsigned int u, unsigned char c, signed char s)
{
	long a = n;
	long b = u;
	long d = -u;

	take_long(u * n);
	take_bytes(n, n);
	return a + b + d + c + s + ~c;
}

/*
 * edges: 0 return
 */
int truth_values(int n)
{
	bool b = n;
	bool c = n & 256;

	b |= c;
	return b + !n + !!n + (n == 2);
}

/*
 * edges: 0 return
 */
int places(struct pair *p, int n)
{
	struct pair local = { .second = n, .deep = { .more = { [1] = 4, 9 } } };
	struct pair copy;
	int *q = &local.deep.more[1];

	copy = local;
	copy.deep.inner = n * 70000;
	*q += 2;
	q[1]++;
	*(q - 1) = copy.deep.inner;
	p->first = local.deep.more[2];
	(&copy)->first = 3;
	return copy.first + local.deep.more[0] + local.deep.more[1] + *q + copy.second + copy.deep.more[1];
}

/*
 * edges: 0 return
 */
int arrays(int n)
{
	int table[] = { 1, [3] = n, 5 };
	int grid[2][3] = { { 1, 2 }, { [2] = 7 } };
	int flat[2][2] = { 1, 2, 3, 4 };
	char text[] = "abc";

	return table[4] + grid[1][2] + flat[1][0] + text[1] + (int)sizeof(table) + (int)ARRAY_SIZE(grid);
}

/*
 * edges: 0 return
 */
int literals(int n)
{
	struct pair *p = &(struct pair){ .first = n, .second = 7 };
	int *q = (int[]){ 1, n, 3 };

	return p->first + p->second + q[1] + ((struct pair){ .first = 2 }).first;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 2, 2 return
 */
int statement_expression(int n)
{
	int r = ({
		int t = probe(n);

		if (t < 0)
			t = -t;
		t + 1;
	});

	return r * 2;
}

/*
 * edges: 0 return
 */
int comma(int n)
{
	int a, b;

	a = (take(n, 1), b = n + 1, b * 2);
	return a, b;
}

/*
 * edges: 0 return
 */
unsigned long pointers(int *p, int n)
{
	int *end = p + n;
	int **pp = &p;

	return (end - *pp) * sizeof(*p) + (end > p) + (p == NULL);
}

/*
 * edges: 0 return
 */
int through_pointers(int (*direct)(int), int n)
{
	int (*local)(int) = probe;

	return local(n) + (*local)(n + 1) + (&probe == local);
}

/*
 * edges: 0 return
 */
long shifts(int n, unsigned char c, long w)
{
	return (c << 24) + (w >> (n & 31)) + (1UL << (n & 63)) + (-8 >> 1) + (int)(0xffffffffu >> 4);
}

/*
 * edges: 0 return
 */
long constants(void)
{
	return 0x7fffffff + 0xffffffff + 2147483648 + 'a' + '\xff' + 077 + 0b101 + 10UL - 1LL;
}

/*
 * edges: 0 return
 */
int products_in_arguments(int a, int b)
{
	take_long(probe(a * b));
	take_long(probe((a) * b));
	return (a) & probe(b) == 3;
}
