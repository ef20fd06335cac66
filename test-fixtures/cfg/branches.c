/* Decisions: if, else, short-circuit operators, conditional expressions. */
int probe(int n);
int other(int n);
void done(int n);

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 2, 2 return
 */
int plain_if(int n)
{
	if (n > 3)
		done(1);
	return n;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 3, 2 -> 3, 3 return
 */
int if_else(int n)
{
	if (probe(n))
		done(1);
	else
		done(2);
	return 0;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 2 -true-> 3, 2 -false-> 4, 3 -> 7, 4 -true-> 5, 4 -false-> 6, 6
 *   -> 7, 1 return, 5 return, 7 return
 */
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

/*
 * edges: 0 -true-> 1, 0 -false-> 3, 1 -true-> 2, 1 -false-> 3, 2 -> 3, 3 return
 */
int both_must_hold(int a, int b)
{
	if (probe(a) && other(b))
		done(a);
	return b;
}

/*
 * edges: 0 -true-> 2, 0 -false-> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 3, 3 return
 */
int one_is_enough(int a, int b)
{
	if (probe(a) || other(b))
		done(a);
	return b;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -true-> 3, 1 -false-> 2, 2 return, 3 return
 */
int negated_and(int a, int b)
{
	if (!(probe(a) && !other(b)))
		return 1;
	return 2;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -true-> 4, 1 -false-> 2, 2 -true-> 3, 2 -false-> 5, 3 -true->
 *   4, 3 -false-> 5, 4 return, 5 return
 */
int mixed(int a, int b, int c)
{
	if ((a && probe(b)) || (!c && other(a)))
		return 1;
	return 0;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 3, 1 -true-> 2, 1 -false-> 3, 2 -> 4, 3 -> 4, 4 -true-> 6, 4
 *   -false-> 5, 5 -true-> 6, 5 -false-> 7, 6 -> 8, 7 -> 8, 8 return
 */
int truth_as_value(int a, int b)
{
	int r = probe(a) && (b > 2);

	return r + (a || other(b));
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 6, 2 -true-> 3, 2 -false-> 4, 3 -> 5, 4 -> 5, 5 -> 6, 6
 *   return
 */
int conditional(int a)
{
	return a > 0 ? probe(a) : a < -5 ? other(a) : 3;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 3, 2 -> 3, 3 return
 */
int conditional_for_effect(int a)
{
	a ? done(1) : done(2);
	return 0;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 3, 2 -> 3, 3 -true-> 4, 3 -false-> 5, 4 -> 6, 5 -> 6, 6
 *   return
 */
int middle_left_out(int a)
{
	int r = probe(a) ?: other(a);

	return r ?: -ENOMEM;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -> 3, 2 -> 3, 3 return
 */
long conditional_of_two_types(int a, unsigned int b)
{
	return a < 3 ? a : b;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 return, 2 return
 */
int comma_in_condition(int a)
{
	if (done(a), a++, probe(a))
		return 1;
	return a;
}

/*
 * edges: 0 -true-> 2, 0 -false-> 1, 1 -true-> 2, 1 -false-> 3, 3 -true-> 4, 3 -false-> 5, 5 -true->
 *   6, 5 -false-> 7, 6 -> 7, 2 return, 4 return, 7 return
 */
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

/*
 * edges: 0 -true-> 1, 0 -false-> 3, 1 -true-> 2, 1 -false-> 3, 3 -true-> 4, 3 -false-> 5, 2
 *   unreachable, 4 unreachable, 5 return
 */
int must_not_happen(int a)
{
	BUG_ON(a == 3 && probe(a));
	if (a == 4)
		BUG();
	return a;
}
