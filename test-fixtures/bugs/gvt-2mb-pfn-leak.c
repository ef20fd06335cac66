// SPDX-License-Identifier: MIT
/*
 * A frame number carries a reference; it is looked at and forgotten.
 *
 * bug: gvt-2mb-pfn-leak
 * subject: drm/i915/gvt: Put the page reference obtained by KVM's gfn_to_pfn()
 * tree: v6.3, drivers/gpu/drm/i915/gvt/gtt.c, is_2MB_gtt_possible()
 *
 * pinscope-kernel: 6.3
 */
#include <linux/kvm_host.h>
#include <linux/mm.h>

static int vine_large_bad(struct kvm *kvm, gfn_t gfn)
{
	kvm_pfn_t pfn;

	pfn = gfn_to_pfn(kvm, gfn);
	if (is_error_noslot_pfn(pfn))
		return -EINVAL;
	return PageTransHuge(pfn_to_page(pfn));
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ leaked-pages: gfn_to_pfn
}

static int vine_large_ok(struct kvm *kvm, gfn_t gfn)
{
	kvm_pfn_t pfn;
	int large;

	pfn = gfn_to_pfn(kvm, gfn);
	if (is_error_noslot_pfn(pfn))
		return -EINVAL;
	large = PageTransHuge(pfn_to_page(pfn));
	kvm_release_pfn_clean(pfn);
	return large;
}
