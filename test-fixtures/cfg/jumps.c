/* goto and labels: unwinding, into loops, backwards, out of nesting; what stands behind a jump. */
int get(int n);
void put(int n);
void step(int n);

/*
 * edges: 0 -true-> 1, 0 -false-> 2, 2 -true-> 6, 2 -false-> 3, 3 -true-> 5, 3 -false-> 4, 5 -> 6, 1
 *   return, 4 return, 6 return
 */
int unwinding(int n)
{
	int ret;

	ret = get(1);
	if (ret < 0)
		return ret;
	ret = get(2);
	if (ret < 0)
		goto put_first;
	ret = get(3);
	if (ret < 0)
		goto put_second;
	return 0;

put_second:
	put(2);
put_first:
	put(1);
	return ret;
}

/*
 * edges: 0 -true-> 3, 0 -false-> 1, 1 -true-> 2, 1 -false-> 4, 2 -> 3, 3 -> 1, 4 return
 */
int into_a_loop(int n)
{
	int turns = 0;

	if (n > 2)
		goto middle;
	while (turns < 3) {
		step(turns);
middle:
		turns++;
	}
	return turns;
}

/*
 * edges: 0 -> 1, 1 -true-> 1, 1 -false-> 2, 2 return
 */
int backwards(int n)
{
again:
	n = get(n);
	if (n > 3)
		goto again;
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 7, 2 -> 3, 3 -true-> 4, 3 -false-> 6, 4 -true-> 8, 4
 *   -false-> 5, 5 -> 3, 6 -> 1, 7 return, 8 return
 */
int out_of_two_loops(int n)
{
	int i, j = 0;

	for (i = 0; i < n; i++)
		for (j = 0; j < n; j++)
			if (get(i + j) < 0)
				goto out;
	return 0;
out:
	return i * 100 + j;
}

/*
 * edges: 0 -> 2, 1 -> 2, 2 return, 3 return
 */
int behind_a_jump(int n)
{
	goto end;
	step(1);
end:
	step(2);
	return n;
	step(3);
}

/*
 * edges: 0 -true-> 2, 0 -false-> 1, 1 -> 2, 2 return
 */
void label_before_the_end(int n)
{
	if (n)
		goto out;
	step(n);
out:
	;
}

/*
 * edges: 0 -true-> 2, 0 -false-> 1, 1 -> 2, 2 return
 */
int label_before_a_declaration_block(int n)
{
	if (n < 2)
		goto shared;
	step(n);
shared:
	{
		int copy = n;

		step(copy);
	}
	return n;
}

/*
 * edges: 0 -> 1, 1 -true-> 3, 1 -false-> 2, 2 -> 1, 3 return
 */
int loop_by_goto(int n)
{
	int i = 0;

check:
	if (i >= n)
		goto out;
	step(i);
	i++;
	goto check;
out:
	return i;
}
