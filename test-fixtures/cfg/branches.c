/* Decisions: if, else, short-circuit operators, conditional expressions. */
int probe(int n);
int other(int n);
void done(int n);

int plain_if(int n)
{
	if (n > 3)
		done(1);
	return n;
}

int if_else(int n)
{
	if (probe(n))
		done(1);
	else
		done(2);
	return 0;
}

int else_if_chain(int n)
{
	if (n == 1)
		return 10;
	else if (n == 2)
		n = other(n);
	else if (n < 0) {
		done(n);
		return -EINVAL;
	} else
		n = 7;
	return n;
}

int both_must_hold(int a, int b)
{
	if (probe(a) && other(b))
		done(a);
	return b;
}

int one_is_enough(int a, int b)
{
	if (probe(a) || other(b))
		done(a);
	return b;
}

int negated_and(int a, int b)
{
	if (!(probe(a) && !other(b)))
		return 1;
	return 2;
}

int mixed(int a, int b, int c)
{
	if ((a && probe(b)) || (!c && other(a)))
		return 1;
	return 0;
}

int truth_as_value(int a, int b)
{
	int r = probe(a) && (b > 2);

	return r + (a || other(b));
}

int conditional(int a)
{
	return a > 0 ? probe(a) : a < -5 ? other(a) : 3;
}

int conditional_for_effect(int a)
{
	a ? done(1) : done(2);
	return 0;
}

int middle_left_out(int a)
{
	int r = probe(a) ?: other(a);

	return r ?: -ENOMEM;
}

long conditional_of_two_types(int a, unsigned int b)
{
	return a < 3 ? a : b;
}

int comma_in_condition(int a)
{
	if (done(a), a++, probe(a))
		return 1;
	return a;
}

int likely_and_warnings(int a, int b)
{
	if (unlikely(probe(a) || !b))
		return -EIO;
	if (WARN_ON(a > b))
		return -EINVAL;
	if (likely(!WARN_ON_ONCE(b < 0)))
		done(b);
	return 0;
}

int must_not_happen(int a)
{
	BUG_ON(a == 3 && probe(a));
	if (a == 4)
		BUG();
	return a;
}
