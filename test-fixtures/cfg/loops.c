/* Loops stay loops: heads, bodies, what continue and break lead to. */
int probe(int n);
int other(int n);
void step(int n);

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 */
int while_loop(int n)
{
	while (probe(n))
		n--;
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 */
int counting_down(int n)
{
	while (n-- > 0)
		step(n);
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 1, 1 -false-> 2, 2 return
 */
int do_loop(int n)
{
	do {
		step(n);
		n -= 2;
	} while (n > 0);
	return n;
}

/*
 * edges: 0 -true-> 2, 0 -false-> 1, 1 -> 2, 2 return
 */
int do_once(int n)
{
	do {
		if (n > 2)
			break;
		step(n);
	} while (0);
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 3, 1 -false-> 2, 2 -> 3, 3 -true-> 1, 3 -false-> 4, 4 return
 */
int continue_in_do(int n)
{
	do {
		if (n == 3)
			continue;
		step(n);
	} while (--n > 0);
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 */
int for_with_declaration(int n)
{
	int sum = 0;

	for (int i = 0, j = n & 15; i < j; i++, j--)
		sum += i * j;
	return sum;
}

/*
 * edges: 0 -> 1, 1 -true-> 3, 1 -false-> 2, 2 -> 1, 3 return
 */
int for_without_parts(int n)
{
	for (;;) {
		if (!probe(n))
			break;
		n++;
	}
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 4, 2 -false-> 3, 3 -> 4, 4 -> 1, 5 return
 */
int continue_in_for(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (i == 2)
			continue;
		step(i);
	}
	return i;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 9, 2 -> 3, 3 -true-> 4, 3 -false-> 8, 4 -true-> 8, 4
 *   -false-> 5, 5 -true-> 7, 5 -false-> 6, 6 -> 7, 7 -> 3, 8 -> 1, 9 return
 */
int nested(int n)
{
	int i, j, found = 0;

	for (i = 0; i < (n & 3); i++) {
		for (j = i; j < 4; j++) {
			if (probe(j))
				break;
			if (other(i))
				continue;
			found++;
		}
	}
	return found;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 4, 2 -true-> 3, 2 -false-> 4, 3 -> 1, 4 return
 */
int condition_with_two_parts(int n)
{
	while (n > 0 && probe(n))
		n--;
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 4, 2 -true-> 3, 2 -false-> 4, 3 -> 1, 4 return
 */
int assignment_in_condition(int n)
{
	int r;

	while ((r = probe(n)) > 0 && n < 5)
		n++;
	return r;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 3, 2 -false-> 4, 4 -> 1, 3 return, 5 return
 */
int return_in_loop(int n)
{
	for (; n < 6; ++n)
		if (other(n))
			return n;
	return -1;
}
