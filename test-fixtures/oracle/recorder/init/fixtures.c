/* fixtures.c: the compiled fixtures (mod/pinfix.c), each case in a process of its own. */
static void fixtures_all(void)
{
	int ff, number, total, first = getenv("first") ? atoi(getenv("first")) : 0;
	int m = open("/pinfix.ko", O_RDONLY);

	if (m < 0 || syscall(SYS_finit_module, m, "", 0)) {
		printf("oracle: pinfix: %s\n", strerror(errno));
		return;
	}
	close(m);
	ff = open("/dev/pinfix", O_RDWR);
	{
		struct po_req q = {.op = 1000000};
		if (ioctl(ff, PO_IOCTL, &q))
			printf("oracle: /dev/pinfix: %s\n", strerror(errno));
		total = q.a[0];
	}
	for (number = first; number < total; number++) {
		int ready[2], st = 0;
		char x = 0;
		struct po_req q;

		if (pipe(ready))
			break;
		pid_t p = fork();
		if (!p) {
			q = (struct po_req){.op = number, .out = (unsigned long)jb, .outlen = sizeof jb};
			touch_all();
			if (ioctl(ff, PO_IOCTL, &q))
				_exit(1);
			O("%s", jb);
			flush();
			if (write(ready[1], "x", 1) < 0) {
			}
			/* the end of a process whose pages are damaged would damage more */
			while (q.ret == 1)
				pause();
			_exit(0);
		}
		close(ready[1]);
		if (read(ready[0], &x, 1) != 1) {
			waitpid(p, &st, 0);
			O("{\"case\":%d,\"signal\":%d,\"exit\":%d}\n", number, WIFSIGNALED(st) ? WTERMSIG(st) : 0,
			  WEXITSTATUS(st));
			flush();
		} else
			waitpid(p, &st, WNOHANG);
		close(ready[0]);
	}
}
