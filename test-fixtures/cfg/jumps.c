/* goto and labels: unwinding, into loops, backwards, out of nesting; what stands behind a jump. */
int get(int n);
void put(int n);
void step(int n);

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

int backwards(int n)
{
again:
	n = get(n);
	if (n > 3)
		goto again;
	return n;
}

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

int behind_a_jump(int n)
{
	goto end;
	step(1);
end:
	step(2);
	return n;
	step(3);
}

void label_before_the_end(int n)
{
	if (n)
		goto out;
	step(n);
out:
	;
}

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
