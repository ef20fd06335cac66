/* Loops that walk an array slot by slot; each comment states what is recognized. */
struct page;
void put_page(struct page *page);
void mark(struct page *page);
struct page *get_page_at(int n);
int probe(int n);

struct holder {
	struct page **pages;
	int count;
};

void upwards(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		put_page(pages[i]);
}

void upwards_unsigned(struct page **pages, unsigned int n)
{
	unsigned int i;

	for (i = 0; i != n; ++i)
		put_page(pages[i]);
}

void upwards_inclusive(struct page **pages, int last)
{
	int i;

	for (i = 0; i <= last; i++)
		put_page(pages[i]);
}

void downwards_postfix(struct page **pages, int n)
{
	while (n--)
		put_page(pages[n]);
}

void downwards_prefix(struct page **pages, int n)
{
	while (--n >= 0)
		put_page(pages[n]);
}

void downwards_behind(struct page **pages, int n)
{
	for (; n > 0; n--)
		put_page(pages[n - 1]);
}

void downwards_from_last(struct page **pages, int n)
{
	int i;

	for (i = n - 1; i >= 0; i--) {
		struct page *page = pages[i];

		if (page)
			put_page(page);
	}
}

void between(struct page **pages, int n)
{
	int from = 1;

	while (from < n)
		put_page(pages[from++]);
}

void at_the_bottom(struct page **pages, int n)
{
	int i = 0;

	do {
		put_page(pages[i]);
	} while (++i < n);
}

void marked_and_cleared(struct holder *h)
{
	int i;

	for (i = 0; i < h->count; i++) {
		mark(h->pages[i]);
		put_page(h->pages[i]);
		h->pages[i] = NULL;
	}
}

void empty_slots_skipped(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (!pages[i])
			continue;
		put_page(pages[i]);
	}
}

void up_to_a_hole(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n && pages[i]; i++)
		put_page(pages[i]);
}

int filled(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		pages[i] = get_page_at(i);
		if (!pages[i])
			return i;
	}
	return n;
}

void some_only(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (probe(i))
			put_page(pages[i]);
}

void local_array(void)
{
	struct page *pages[3] = { NULL };
	int i;

	for (i = 0; i < 3; i++)
		put_page(pages[i]);
}

/* Not slot walks: two steps per turn, a bound that moves, a counter that is set elsewhere. */
void every_second(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i += 2)
		put_page(pages[i]);
}

void moving_bound(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		put_page(pages[i]);
		n = probe(n);
	}
}

void reset_inside(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		put_page(pages[i]);
		if (probe(i))
			i = 0;
	}
}
