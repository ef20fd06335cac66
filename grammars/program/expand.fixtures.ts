/**
 * Macros and uses written for this project, with what gcc 12 makes of each use:
 * `gcc -E -P -std=gnu11` over the definitions and one use, white space runs as one space.
 */

export const definitions = String.raw`#define EMPTY
#define ONE 1
#define TWO (ONE + ONE)
#define ADD(a, b) ((a) + (b))
#define TWICE(x) ADD(x, x)
#define STR(x) #x
#define XSTR(x) STR(x)
#define CAT(a, b) a##b
#define XCAT(a, b) CAT(a, b)
#define CAT3(a, b, c) a ## b ## c
#define CHECK_GOTO(x, err, label) \
	do { /* hides a goto */ \
		if ((x) < 0) { err = (x); goto label; } \
	} while (0)
#define LOG(fmt, ...) print_line(fmt, ##__VA_ARGS__)
#define LOG2(fmt, args...) print_line("<" fmt ">", ##args)
#define LOG3(fmt, args...) print_line(fmt, args)
#define OPT(f, ...) call(f __VA_OPT__(,) __VA_ARGS__)
#define OPT2(f, ...) call(f __VA_OPT__(, extra(__VA_ARGS__)))
#define OPT3(p, ...) p ## __VA_OPT__(tail) end
#define ALL(...) list(__VA_ARGS__)
#define ALLSTR(...) #__VA_ARGS__
#define SELF(x) SELF(x + 1)
#define PING(x) PONG(x)
#define PONG(x) PING(x) | x
#define ALIAS pin_pages
#define FALIAS ADD
#define LP (
#define APPLY(m, ...) m(__VA_ARGS__)
#define APPLY2(m, a) m a
#define NOARGS() nothing
#define DECLARE(name) struct name##_state *name = get_##name()
#define FIELD(obj, f) ((obj)->f)
#define DEEP1(x) DEEP2(x)
#define DEEP2(x) DEEP3(x)
#define DEEP3(x) DEEP4(x)
#define DEEP4(x) [x]
#define RET_IF(c, r) if (c) return r
#define LISTOF(X) X(first) X(second) X(third)
#define AS_CASE(n) case KIND_##n: return #n;
#define MIN_OF(a, b) ({ typeof(a) _a = (a); typeof(b) _b = (b); _a < _b ? _a : _b; })
#define COMMA ,
#define PASTE_NUM(n) 0x##n##ull
#define EMPTYARG(a) <a>
#define MINUS -
#define NEG(x) -x
#define HASHED(x) #x x #x
#define PASTE_STR(x) L ## #x
#define KEEP_SPACE(a) a +a
#define FIRST_OF(a, ...) a
#define REST_OF(a, ...) __VA_ARGS__
#define COUNT(...) COUNT_(__VA_ARGS__, 4, 3, 2, 1)
#define COUNT_(a, b, c, d, n, ...) n
#define NAME(x) x##_name
#define GETTER(type, name) \
static inline type NAME(get_##name)(struct box *b) \
{ \
	return b->name; \
}
#define f(a) a*g
#define g(a) f(a)
#define OBJ obj
#define SWITCHED(x) XCAT(HANDLE_, x)(x)
#define HANDLE_ONE(x) single(x)
#define HANDLE_1(x) literal(x)
#define OUTER(x) INNER(x, CAT(x, _t))
#define INNER(a, b) b a = STR(a)
#define ONLY(...) only(0, ##__VA_ARGS__)
#define WRAP_STR(a, b) ALLSTR(a, b)
#define PARTS(a, b) ALL(a,b) ALL (a, b) ALL
#define LATE(x) CAT(LA, TE)(x)`;

/** Each use and gcc's expansion. */
export const uses: readonly (readonly [string, string])[] = [
  ["ONE", "1"],
  ["TWO", "(1 + 1)"],
  ["EMPTY", ""],
  ["ADD(1, 2)", "((1) + (2))"],
  ["ADD(ADD(1, 2), TWO)", "((((1) + (2))) + ((1 + 1)))"],
  ["TWICE(f_call(a, b))", "((f_call(a, b)) + (f_call(a, b)))"],
  ["TWICE(x++)", "((x++) + (x++))"],
  ["STR(ONE)", '"ONE"'],
  ["XSTR(ONE)", '"1"'],
  ["XSTR(TWO)", '"(1 + 1)"'],
  ["STR( a   b /* c */ \"q\\n\\\"\" '\\'' )", '"a b \\"q\\\\n\\\\\\"\\" \'\\\\\'\'"'],
  ["XSTR(ADD(x , y))", '"((x) + (y))"'],
  ["CAT(foo, bar)", "foobar"],
  ["CAT(, bar)", "bar"],
  ["CAT(foo, )", "foo"],
  ["CAT(,)", ""],
  ["CAT(ONE, TWO)", "ONETWO"],
  ["CAT(O, NE)", "1"],
  ["CAT3(a, b, c)", "abc"],
  ["CAT3(a, , c)", "ac"],
  ["CAT(<, <=)", "<<="],
  [
    "CHECK_GOTO(do_it(p, q), ret, out_free)",
    "do { if ((do_it(p, q)) < 0) { ret = (do_it(p, q)); goto out_free; } } while (0)",
  ],
  ['LOG("x")', 'print_line("x")'],
  ['LOG("x", 1)', 'print_line("x", 1)'],
  ['LOG("x", )', 'print_line("x",)'],
  ['LOG("x", a, b, ONE)', 'print_line("x", a, b, 1)'],
  ['LOG2("y")', 'print_line("<" "y" ">")'],
  ['LOG2("y", ADD(1, 2))', 'print_line("<" "y" ">", ((1) + (2)))'],
  ['LOG2("y", LOG2("z"))', 'print_line("<" "y" ">", LOG2("z"))'],
  ['LOG3("y", 1, 2)', 'print_line("y", 1, 2)'],
  ["OPT(a)", "call(a )"],
  ["OPT(a, b)", "call(a , b)"],
  ["OPT(a, )", "call(a )"],
  ["OPT(a, EMPTY)", "call(a )"],
  ["OPT(a, b, c)", "call(a , b, c)"],
  ["OPT2(a)", "call(a )"],
  ["OPT2(a, 1, 2)", "call(a , extra(1, 2))"],
  ["OPT3(p)", "p end"],
  ["OPT3(p, 1)", "ptail end"],
  ["ALL()", "list()"],
  ["ALL(1)", "list(1)"],
  ["ALL(1, ADD(2, 3), (4, 5))", "list(1, ((2) + (3)), (4, 5))"],
  ["ALLSTR(a, b, c)", '"a, b, c"'],
  ["ONLY()", "only(0)"],
  ["ONLY(1)", "only(0,1)"],
  ["ONLY(EMPTY)", "only(0,)"],
  ['LOG("x", EMPTY)', 'print_line("x", )'],
  ["WRAP_STR(p, q)", '"p, q"'],
  ["PARTS(1, 2)", "list(1,2) list(1, 2) ALL"],
  ["LATE(ONE)", "LATE(1)"],
  ["ALLSTR()", '""'],
  ["SELF(y)", "SELF(y + 1)"],
  ["SELF(SELF(y))", "SELF(SELF(y + 1) + 1)"],
  ["PING(z)", "PING(z) | z"],
  ["ALIAS", "pin_pages"],
  ["FALIAS(1, 2)", "((1) + (2))"],
  ["APPLY(ADD, 1, 2)", "((1) + (2))"],
  ["APPLY(STR, ONE)", '"1"'],
  ["APPLY2(ADD, (3, 4))", "((3) + (4))"],
  ["APPLY2(NOARGS, ())", "nothing"],
  ["NOARGS()", "nothing"],
  ["DECLARE(box)", "struct box_state *box = get_box()"],
  ["FIELD(a ? b : c, len)", "((a ? b : c)->len)"],
  ["DEEP1(ONE)", "[1]"],
  ["RET_IF(!p, -ENOMEM)", "if (!p) return -ENOMEM"],
  [
    "LISTOF(AS_CASE)",
    'case KIND_first: return "first"; case KIND_second: return "second"; case KIND_third: return "third";',
  ],
  ["LISTOF(STR)", '"first" "second" "third"'],
  ["MIN_OF(a, b[i])", "({ typeof(a) _a = (a); typeof(b[i]) _b = (b[i]); _a < _b ? _a : _b; })"],
  ["ADD(1 COMMA 2, 3)", "((1 , 2) + (3))"],
  ["PASTE_NUM(ff)", "0xffull"],
  ["EMPTYARG()", "<>"],
  ["EMPTYARG(EMPTY)", "<>"],
  ["NEG(-1)", "- -1"],
  ["NEG(MINUS 1)", "- - 1"],
  ["HASHED(ONE)", '"ONE" 1 "ONE"'],
  ["PASTE_STR(wide)", 'L"wide"'],
  ["KEEP_SPACE(b)", "b +b"],
  ["FIRST_OF(x, y, z)", "x"],
  ["FIRST_OF(x)", "x"],
  ["REST_OF(x)", ""],
  ["REST_OF(x, y, z)", "y, z"],
  ["COUNT(a)", "1"],
  ["COUNT(a, b)", "2"],
  ["COUNT(a, b, c)", "3"],
  [
    "GETTER(unsigned long, size)",
    "static inline unsigned long get_size_name(struct box *b) { return b->size; }",
  ],
  ["g(1)", "1*g"],
  ["SWITCHED(ONE)", "literal(1)"],
  ["OUTER(v)", 'v_t v = "v"'],
  ["XSTR(XSTR(ONE))", '"\\"1\\""'],
  ["STR(@ $x \\n)", '"@ $x \\n"'],
  ['ADD((1, 2), ")")', '(((1, 2)) + (")"))'],
  ["ADD('(', ',')", "(('(') + (','))"],
];
