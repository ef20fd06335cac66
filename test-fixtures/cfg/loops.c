/* Loops stay loops: heads, bodies, what continue and break lead to. */
int probe(int n);
int other(int n);
void step(int n);

int while_loop(int n)
{
	while (probe(n))
		n--;
	return n;
}

int counting_down(int n)
{
	while (n-- > 0)
		step(n);
	return n;
}

int do_loop(int n)
{
	do {
		step(n);
		n -= 2;
	} while (n > 0);
	return n;
}

int do_once(int n)
{
	do {
		if (n > 2)
			break;
		step(n);
	} while (0);
	return n;
}

int continue_in_do(int n)
{
	do {
		if (n == 3)
			continue;
		step(n);
	} while (--n > 0);
	return n;
}

int for_with_declaration(int n)
{
	int sum = 0;

	for (int i = 0, j = n & 15; i < j; i++, j--)
		sum += i * j;
	return sum;
}

int for_without_parts(int n)
{
	for (;;) {
		if (!probe(n))
			break;
		n++;
	}
	return n;
}

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

int condition_with_two_parts(int n)
{
	while (n > 0 && probe(n))
		n--;
	return n;
}

int assignment_in_condition(int n)
{
	int r;

	while ((r = probe(n)) > 0 && n < 5)
		n++;
	return r;
}

int return_in_loop(int n)
{
	for (; n < 6; ++n)
		if (other(n))
			return n;
	return -1;
}
