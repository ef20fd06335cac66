/* Macros of the program and of the kernel's headers, expanded where they are used. */
int get(int n);
void put(int n);
void log_value(long n);
void *find(int n);

#define LIMIT 4
#define my_put put
#define twice(x) ((x) + (x))
#define CHECK_GOTO(x, err, label) \
	do { \
		if ((x) < 0) { \
			ret = (err); \
			goto label; \
		} \
	} while (0)
#define RETURN_IF(x) \
	if (x) \
		return LIMIT
#define put_all(i, n) \
	for ((i) = 0; (i) < (n); (i)++) \
		put(i)
#define for_each_odd(i, n) \
	for ((i) = 0; (i) < (n); (i)++) \
		if (!((i) & 1)) {} else
#define DEFAULTS .a = 2, .b = LIMIT
#define trace(fmt, ...) log_value(0 __VA_OPT__(+) __VA_ARGS__)

struct pair {
	int a, b, c;
};

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 5, 2 -true-> 3, 2 -false-> 4, 3 -> 5, 4 -> 5, 5 return
 */
int hidden_goto(int n)
{
	int ret = 0;

	CHECK_GOTO(get(n), -EIO, out);
	CHECK_GOTO(n, -EINVAL, out);
	my_put(n);
out:
	return ret;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 return, 2 return
 */
int hidden_return(int n)
{
	RETURN_IF(n > LIMIT);
	return twice(get(n));
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 -> 4, 4 -true-> 5, 4 -false-> 8, 5 -true-> 7,
 *   5 -false-> 6, 6 -> 7, 7 -> 4, 8 return
 */
int hidden_loop(int n)
{
	int i;

	put_all(i, n & 3);
	for_each_odd(i, LIMIT)
		put(10 + i);
	return i;
}

/*
 * edges: 0 return
 */
int initializer_items(int n)
{
	struct pair p = { DEFAULTS, .c = n };

	return p.a + p.b + p.c;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 2 -true-> 4, 2 -false-> 3, 3 -true-> 4, 3 -false-> 5, 5 -true->
 *   6, 5 -false-> 7, 6 -> 8, 7 -> 8, 1 return, 4 return, 8 return
 */
int error_pointers(int n)
{
	void *p = find(n);

	if (IS_ERR(p))
		return PTR_ERR(p);
	if (IS_ERR_OR_NULL(p))
		return -ENOENT;
	p = ERR_PTR(-n - 1);
	return PTR_ERR_OR_ZERO(p);
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 3, 2 -> 3, 3 -true-> 4, 3 -false-> 5, 4 -> 6, 5 -> 6, 6
 *   -true-> 7, 6 -false-> 8, 7 -> 9, 8 -> 9, 9 -true-> 10, 9 -false-> 11, 10 -> 12, 11 -> 12, 12
 *   -true-> 13, 12 -false-> 14, 13 -> 15, 14 -> 15, 15 -true-> 16, 15 -false-> 17, 16 -> 18, 17 ->
 *   18, 18 -true-> 19, 18 -false-> 20, 19 -> 21, 20 -> 21, 21 return
 */
long extremes(int a, unsigned int b, long c)
{
	long r = min(a, 7) + max_t(long, b, c);

	r += min_t(unsigned int, a, b);
	r += clamp(a, -2, 5);
	r += clamp_t(long, c, 0, 9);
	return r;
}

/*
 * edges: 0 return
 */
unsigned long rounding(unsigned long n, int k)
{
	return DIV_ROUND_UP(n, PAGE_SIZE) + DIV_ROUND_UP(k, 3) + BIT(k & 63) + (n & ~PAGE_MASK);
}

/*
 * edges: 0 return
 */
int exchanged(int a, unsigned char b)
{
	swap(a, b);
	WRITE_ONCE(a, a + 1);
	return READ_ONCE(a) * 1000 + b;
}

/*
 * edges: 0 return
 */
unsigned long suffixed(unsigned int n)
{
	return (_AC(1, UL) << (n & 63)) + _AC(7, U) * n + _BITUL(n & 31);
}
