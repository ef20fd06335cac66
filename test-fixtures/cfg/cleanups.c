/* Cleanups run at every exit of their scope, the last first, after the returned value is computed. */
void *acquire(int n);
void release(void *p);
int lock_enter(int n);
void lock_leave(int n);
int probe(int n);

DEFINE_FREE(holder, void *, if (_T) release(_T))
DEFINE_CLASS(section, int, lock_leave(_T), lock_enter(n), int n)

int freed_at_return(int n)
{
	void *p __free(holder) = acquire(n);

	if (!p)
		return -ENOMEM;
	return probe(n);
}

int two_in_reverse(int n)
{
	void *p __free(holder) = acquire(1);
	void *q __free(holder) = acquire(2);

	if (n > 3)
		return 1;
	probe(n);
	return 2;
}

int class_variable(int n)
{
	CLASS(section, s)(n);

	if (s < 0)
		return s;
	return probe(s);
}

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
