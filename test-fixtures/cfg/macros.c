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

int hidden_goto(int n)
{
	int ret = 0;

	CHECK_GOTO(get(n), -EIO, out);
	CHECK_GOTO(n, -EINVAL, out);
	my_put(n);
out:
	return ret;
}

int hidden_return(int n)
{
	RETURN_IF(n > LIMIT);
	return twice(get(n));
}

int hidden_loop(int n)
{
	int i;

	put_all(i, n & 3);
	for_each_odd(i, LIMIT)
		put(10 + i);
	return i;
}

int initializer_items(int n)
{
	struct pair p = { DEFAULTS, .c = n };

	return p.a + p.b + p.c;
}

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

long extremes(int a, unsigned int b, long c)
{
	long r = min(a, 7) + max_t(long, b, c);

	r += min_t(unsigned int, a, b);
	r += clamp(a, -2, 5);
	r += clamp_t(long, c, 0, 9);
	return r;
}

unsigned long rounding(unsigned long n, int k)
{
	return DIV_ROUND_UP(n, PAGE_SIZE) + DIV_ROUND_UP(k, 3) + BIT(k & 63) + (n & ~PAGE_MASK);
}

int exchanged(int a, unsigned char b)
{
	swap(a, b);
	WRITE_ONCE(a, a + 1);
	return READ_ONCE(a) * 1000 + b;
}
