/* switch: fall-through, ranges, default anywhere, cases in odd places. */
int probe(int n);
void step(int n);

/*
 * edges: 0 -1-> 1, 0 -2-> 2, 0 -3-> 3, 0 -default-> 4, 1 -> 2, 2 -> 5, 4 -> 5, 3 return, 5 return
 */
int fall_through(int n)
{
	switch (n) {
	case 1:
		step(1);
		fallthrough;
	case 2:
		step(2);
		break;
	case 3:
		return 30;
	default:
		step(9);
	}
	return n;
}

/*
 * edges: 0 -0-> 1, 0 -1-> 1, 0 --11-> 2, 0 -default-> 3, 2 -> 3, 1 return, 3 return
 */
int no_default(int n)
{
	switch (probe(n)) {
	case 0:
	case 1:
		return 1;
	case -EAGAIN:
		step(n);
	}
	return 2;
}

/*
 * edges: 0 -1-> 2, 0 -2-> 3, 0 -default-> 1, 1 -> 2, 2 -> 4, 3 -> 4, 4 return
 */
int default_first(int n)
{
	switch (n & 3) {
	default:
		step(0);
	case 1:
		step(1);
		break;
	case 2:
		step(2);
	}
	return 0;
}

/*
 * edges: 0 -97...102-> 1, 0 -48...57-> 2, 0 -default-> 3, 1 return, 2 return, 3 return
 */
int ranges(unsigned char c)
{
	switch (c) {
	case 'a' ... 'f':
		return c - 'a' + 10;
	case '0' ... '9':
		return c - '0';
	}
	return -1;
}

enum state { STATE_IDLE, STATE_BUSY = 4, STATE_DONE };

/*
 * edges: 0 -0-> 1, 0 -4-> 2, 0 -5-> 3, 0 -default-> 3, 1 return, 2 return, 3 return
 */
int enumerators(enum state s)
{
	switch (s) {
	case STATE_IDLE:
		return 1;
	case STATE_BUSY:
		return 2;
	case STATE_DONE:
		break;
	}
	return 0;
}

/*
 * edges: 0 -0-> 1, 0 -2-> 2, 0 -1-> 3, 0 -default-> 4, 1 -> 2, 2 -> 3, 3 -true-> 1, 3 -false-> 4, 4
 *   return
 */
int cases_inside_a_loop(int n)
{
	int turns = 0;

	switch (n % 3) {
	case 0:
		do {
			step(0);
	case 2:
			step(2);
	case 1:
			step(1);
		} while (++turns < 2);
	}
	return turns;
}

/*
 * edges: 0 -1-> 1, 0 -2-> 4, 0 -default-> 6, 1 -1-> 2, 1 -default-> 3, 2 -> 6, 4 -true-> 6, 4
 *   -false-> 5, 5 -> 6, 3 return, 6 return
 */
int nested(int a, int b)
{
	switch (a) {
	case 1:
		switch (b) {
		case 1:
			step(11);
			break;
		default:
			return 12;
		}
		step(10);
		break;
	case 2: {
		int c = probe(a);

		if (c)
			break;
		step(c);
	}
	}
	return 0;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -0-> 4, 2 -1-> 3, 2 -2-> 5, 2 -default-> 3, 3 -> 4, 4
 *   -> 1, 5 return
 */
int in_a_loop(int n)
{
	int i;

	for (i = 0; i < n; i++) {
		switch (probe(i)) {
		case 0:
			continue;
		case 1:
			break;
		case 2:
			goto out;
		}
		step(i);
	}
out:
	return i;
}

/*
 * edges: 0 -4294967296-> 1, 0 -7-> 2, 0 -default-> 3, 1 return, 2 return, 3 return
 */
int long_values(unsigned long n)
{
	switch (n) {
	case 0x100000000UL:
		return 1;
	case 7:
		return 2;
	}
	return 3;
}
