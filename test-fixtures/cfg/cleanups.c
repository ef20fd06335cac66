/* Cleanups run at every exit of their scope, the last first, after the returned value is computed. */
void *acquire(int n);
void release(void *p);
int lock_enter(int n);
void lock_leave(int n);
int probe(int n);

DEFINE_FREE(holder, void *, if (_T) release(_T))
DEFINE_CLASS(section, int, lock_leave(_T), lock_enter(n), int n)

/*
 * edges: 0 -true-> 1, 0 -false-> 4, 1 -true-> 2, 1 -false-> 3, 2 -> 3, 4 -true-> 5, 4 -false-> 6, 5
 *   -> 6, 3 return, 6 return
 */
int freed_at_return(int n)
{
	void *p __free(holder) = acquire(n);

	if (!p)
		return -ENOMEM;
	return probe(n);
}

/*
 * edges: 0 -true-> 1, 0 -false-> 6, 1 -true-> 2, 1 -false-> 3, 2 -> 3, 3 -true-> 4, 3 -false-> 5, 4
 *   -> 5, 6 -true-> 7, 6 -false-> 8, 7 -> 8, 8 -true-> 9, 8 -false-> 10, 9 -> 10, 5 return, 10
 *   return
 */
int two_in_reverse(int n)
{
	void *p __free(holder) = acquire(1);
	void *q __free(holder) = acquire(2);

	if (n > 3)
		return 1;
	probe(n);
	return 2;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 return, 2 return
 */
int class_variable(int n)
{
	CLASS(section, s)(n);

	if (s < 0)
		return s;
	return probe(s);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 11, 2 -true-> 3, 2 -false-> 5, 3 -true-> 4, 3 -false-> 10,
 *   4 -> 10, 5 -true-> 6, 5 -false-> 8, 6 -true-> 7, 6 -false-> 11, 7 -> 11, 8 -true-> 9, 8
 *   -false-> 10, 9 -> 10, 10 -> 1, 11 return
 */
int inner_scope(int n)
{
	int i;

	for (i = 0; i < 3; i++) {
		void *p __free(holder) = acquire(i);

		if (!p)
			continue;
		if (probe(i) > n)
			break;
	}
	return i;
}

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 1 -true-> 6, 1 -false-> 5, 2 -true-> 3, 2 -false-> 4, 3 -> 4, 4
 *   -> 5, 6 -> 5, 5 return
 */
int left_by_goto(int n)
{
	int ret = 0;

	{
		void *p __free(holder) = acquire(n);

		if (probe(n) < 0) {
			ret = -EIO;
			goto out;
		}
		probe(1);
	}
	probe(2);
out:
	return ret;
}
