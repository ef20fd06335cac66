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

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[i, n) from i step 1, i after n
 */
void upwards(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		put_page(pages[i]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[i, n) from i step 1, i after n, by inequality
 */
void upwards_unsigned(struct page **pages, unsigned int n)
{
	unsigned int i;

	for (i = 0; i != n; ++i)
		put_page(pages[i]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[i, last + 1) from i step 1, i after last + 1
 */
void upwards_inclusive(struct page **pages, int last)
{
	int i;

	for (i = 0; i <= last; i++)
		put_page(pages[i]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[0, n) from n - 1 step -1, n after -1, by inequality
 */
void downwards_postfix(struct page **pages, int n)
{
	while (n--)
		put_page(pages[n]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[0, n) from n - 1 step -1, n after -1
 */
void downwards_prefix(struct page **pages, int n)
{
	while (--n >= 0)
		put_page(pages[n]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[0, n) from n - 1 step -1, n after 0
 */
void downwards_behind(struct page **pages, int n)
{
	for (; n > 0; n--)
		put_page(pages[n - 1]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 3, 2 -false-> 4, 3 -> 4, 4 -> 1, 5 return
 * slots b1: put_page#0 pages[0, i + 1) from i step -1, i after -1 if non-null
 */
void downwards_from_last(struct page **pages, int n)
{
	int i;

	for (i = n - 1; i >= 0; i--) {
		struct page *page = pages[i];

		if (page)
			put_page(page);
	}
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 pages[from, n) from from step 1, from after n
 */
void between(struct page **pages, int n)
{
	int from = 1;

	while (from < n)
		put_page(pages[from++]);
}

/*
 * edges: 0 -> 1, 1 -true-> 1, 1 -false-> 2, 2 return
 * slots b1: put_page#0 pages[i, n) from i step 1, i after n, at least once
 */
void at_the_bottom(struct page **pages, int n)
{
	int i = 0;

	do {
		put_page(pages[i]);
	} while (++i < n);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: mark#0 h->pages[i, h->count) from i step 1, i after h->count
 * slots b1: put_page#0 h->pages[i, h->count) from i step 1, i after h->count
 */
void marked_and_cleared(struct holder *h)
{
	int i;

	for (i = 0; i < h->count; i++) {
		mark(h->pages[i]);
		put_page(h->pages[i]);
		h->pages[i] = NULL;
	}
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 4, 2 -false-> 3, 3 -> 4, 4 -> 1, 5 return
 * slots b1: put_page#0 pages[i, n) from i step 1, i after n if non-null
 */
void empty_slots_skipped(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		if (!pages[i])
			continue;
		put_page(pages[i]);
	}
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 4, 2 -true-> 3, 2 -false-> 4, 3 -> 1, 4 return
 * slots b1: put_page#0 pages[i, n) from i step 1, i after n, early exits
 */
void up_to_a_hole(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n && pages[i]; i++)
		put_page(pages[i]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 3, 2 -false-> 4, 4 -> 1, 3 return, 5 return
 * slots b1: get_page_at#-1 pages[i, n) from i step 1, i after n, early exits
 */
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

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 3, 2 -false-> 4, 3 -> 4, 4 -> 1, 5 return
 * slots b1: put_page#0 pages[i, n) from i step 1, i after n if other
 */
void some_only(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++)
		if (probe(i))
			put_page(pages[i]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 * slots b1: put_page#0 &pages[0][i, 3) from i step 1, i after 3
 */
void local_array(void)
{
	struct page *pages[3] = { NULL };
	int i;

	for (i = 0; i < 3; i++)
		put_page(pages[i]);
}

/* Not slot walks: two steps per turn, a bound that moves, a counter that is set elsewhere. */
/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 */
void every_second(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i += 2)
		put_page(pages[i]);
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 3, 2 -> 1, 3 return
 */
void moving_bound(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		put_page(pages[i]);
		n = probe(n);
	}
}

/*
 * edges: 0 -> 1, 1 -true-> 2, 1 -false-> 5, 2 -true-> 3, 2 -false-> 4, 3 -> 4, 4 -> 1, 5 return
 */
void reset_inside(struct page **pages, int n)
{
	int i;

	for (i = 0; i < n; i++) {
		put_page(pages[i]);
		if (probe(i))
			i = 0;
	}
}
