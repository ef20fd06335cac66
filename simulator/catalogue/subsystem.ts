/** What subsystems build on user pages: frame vectors, ib_umem, tee shared memory, vfio, io_uring, SEV, RDS, FUSE. */
import { api, neverMerged } from "./entry.ts";
import { willPin } from "./iov-iter.ts";
import { count, done, errno, inVersions, pointerOrError } from "./outcome.ts";
import { releasesOfPins, releasesOfReferences } from "./release-names.ts";
import {
  acquire,
  allocate,
  amount,
  amountAt,
  before,
  compare,
  consecutive,
  contents,
  dirty,
  free,
  isTrue,
  pagesOfBytes,
  pointer,
  pointerAt,
  release,
  result,
  resultPointer,
  since,
  slots,
  value,
  zero,
} from "./term.ts";
import type { ApiEntry, Effect, EraRange } from "./types.ts";

const none = { resultUnit: "none" } as const;
const wholes = { unit: "object" } as const;

const frames: ApiEntry[] = [
  api("get_vaddr_frames", {
    role: "trigger",
    resultUnit: "page",
    prototypes: [
      [
        "v4.4",
        "int get_vaddr_frames(unsigned long start, unsigned int nr_frames, unsigned int gup_flags, struct frame_vector *vec)",
      ],
      [
        "v5.12",
        "int get_vaddr_frames(unsigned long start, unsigned int nr_frames, struct frame_vector *vec)",
      ],
      [
        "v6.2",
        "int get_vaddr_frames(unsigned long start, unsigned int nr_frames, bool write, struct frame_vector *vec)",
      ],
    ],
    outcomes: count({
      asked: amount("nr_frames"),
      effects: [acquire("object", value(pointer("vec")), wholes)],
      zero: [{ possible: compare(amount("nr_frames"), "==", zero) }],
    }),
    releaseWith: ["put_vaddr_frames"],
    source: "drivers/media/common/videobuf2/frame_vector.c:get_vaddr_frames",
    notes: "The vector stands for its pages: pins from 5.8 on, references before.",
  }),
  api("put_vaddr_frames", {
    ...none,
    role: "trigger",
    prototypes: "void put_vaddr_frames(struct frame_vector *vec)",
    outcomes: done(release("object", value(pointer("vec")), wholes)),
    source: "drivers/media/common/videobuf2/frame_vector.c:put_vaddr_frames",
    notes: "Does not dirty. A vector without pages is left alone.",
  }),
  api("frame_vector_to_pages", {
    role: "borrow",
    resultUnit: "errno",
    prototypes: "int frame_vector_to_pages(struct frame_vector *vec)",
    outcomes: errno([]),
    source: "drivers/media/common/videobuf2/frame_vector.c:frame_vector_to_pages",
  }),
];

const registration = pointerOrError([acquire("object", value(resultPointer), wholes)]);

const registrations: ApiEntry[] = [
  api("ib_umem_get", {
    resultUnit: "pointer",
    prototypes: [
      [
        "v4.4",
        "struct ib_umem *ib_umem_get(struct ib_udata *udata, unsigned long addr, size_t size, int access, int dmasync)",
      ],
      [
        "v5.4",
        "struct ib_umem *ib_umem_get(struct ib_device *device, unsigned long addr, size_t size, int access)",
      ],
    ],
    outcomes: registration,
    releaseWith: ["ib_umem_release"],
    source: "drivers/infiniband/core/umem.c:ib_umem_get",
  }),
  api("ib_umem_release", {
    ...none,
    prototypes: "void ib_umem_release(struct ib_umem *umem)",
    outcomes: done(release("object", value(pointer("umem")), { ...wholes, skipsNull: true })),
    source: "drivers/infiniband/core/umem.c:ib_umem_release",
    notes: "Dirties what is writable.",
  }),
  api("tee_shm_register", {
    resultUnit: "pointer",
    prototypes:
      "struct tee_shm *tee_shm_register(struct tee_context *ctx, unsigned long addr, size_t length, u32 flags)",
    removedIn: "v5.18",
    successor: { name: "tee_shm_register_user_buf", removedIn: "v5.18" },
    outcomes: registration,
    releaseWith: ["tee_shm_free", "tee_shm_put"],
    source: "drivers/tee/tee_shm.c:tee_shm_register (5.17)",
  }),
  api("tee_shm_register_user_buf", {
    resultUnit: "pointer",
    prototypes: [
      [
        "v5.18",
        "struct tee_shm *tee_shm_register_user_buf(struct tee_context *ctx, unsigned long addr, size_t length)",
      ],
    ],
    outcomes: registration,
    releaseWith: ["tee_shm_free", "tee_shm_put"],
    source: "drivers/tee/tee_shm.c:tee_shm_register_user_buf",
  }),
  api("tee_shm_register_kernel_buf", {
    resultUnit: "pointer",
    prototypes: [
      [
        "v5.18",
        "struct tee_shm *tee_shm_register_kernel_buf(struct tee_context *ctx, void *addr, size_t length)",
      ],
    ],
    outcomes: registration,
    releaseWith: ["tee_shm_free", "tee_shm_put"],
    source: "drivers/tee/tee_shm.c:tee_shm_register_kernel_buf",
  }),
  api("tee_shm_free", {
    ...none,
    prototypes: "void tee_shm_free(struct tee_shm *shm)",
    outcomes: done(release("object", value(pointer("shm")), wholes)),
    source: "drivers/tee/tee_shm.c:tee_shm_free",
  }),
  api("tee_shm_put", {
    ...none,
    prototypes: "void tee_shm_put(struct tee_shm *shm)",
    outcomes: done(release("object", value(pointer("shm")), wholes)),
    source: "drivers/tee/tee_shm.c:tee_shm_put",
  }),
];

/** vfio keys its pins by the address a device sees, not by page. */
const atAddress = consecutive(pointer("iova"), amount("npage"));
const atFrames = slots(pointer("user_pfn"), amount("npage"));
const vfio: ApiEntry[] = [
  api("vfio_pin_pages", {
    role: "trigger",
    resultUnit: "page",
    prototypes: [
      [
        "v4.10",
        "int vfio_pin_pages(struct device *dev, unsigned long *user_pfn, int npage, int prot, unsigned long *phys_pfn)",
      ],
      [
        "v5.19",
        "int vfio_pin_pages(struct vfio_device *device, unsigned long *user_pfn, int npage, int prot, unsigned long *phys_pfn)",
      ],
      [
        "v6.0",
        "int vfio_pin_pages(struct vfio_device *device, dma_addr_t iova, int npage, int prot, struct page **pages)",
      ],
    ],
    outcomes: [
      ...inVersions(
        before("v6.0"),
        count({ asked: amount("npage"), effects: [acquire("object", atFrames)], short: false }),
      ),
      ...inVersions(
        since("v6.0"),
        count({ asked: amount("npage"), effects: [acquire("object", atAddress)], short: false }),
      ),
    ],
    releaseWith: ["vfio_unpin_pages"],
    source: "drivers/vfio/vfio_main.c:vfio_pin_pages",
    notes: "All pages or an errno. The pages may be used, but only vfio_unpin_pages lets them go.",
  }),
  api("vfio_unpin_pages", {
    role: "trigger",
    resultUnit: "other",
    prototypes: [
      ["v4.10", "int vfio_unpin_pages(struct device *dev, unsigned long *user_pfn, int npage)"],
      ["v5.19", "int vfio_unpin_pages(struct vfio_device *device, unsigned long *user_pfn, int npage)"],
      ["v6.0", "void vfio_unpin_pages(struct vfio_device *device, dma_addr_t iova, int npage)"],
    ],
    outcomes: done(
      release("object", atFrames, { era: before("v6.0") }),
      release("object", atAddress, { era: since("v6.0") }),
    ),
    requires: [{ condition: compare(amount("npage"), ">", zero), era: since("v6.0") }],
    source: "drivers/vfio/vfio_main.c:vfio_unpin_pages, drivers/vfio/container.c:vfio_container_unpin_pages",
    notes: "From 6.0 on a count that is not positive is warned of.",
  }),
];

/** iommufd keys them the same way, in bytes. */
const atRange = consecutive(pointer("iova"), pagesOfBytes(amount("length"), zero));
const iommufd: ApiEntry[] = [
  api("iommufd_access_pin_pages", {
    role: "trigger",
    resultUnit: "errno",
    prototypes: [
      [
        "v6.2",
        "int iommufd_access_pin_pages(struct iommufd_access *access, unsigned long iova, unsigned long length, struct page **out_pages, unsigned int flags)",
      ],
    ],
    outcomes: errno([acquire("object", atRange)]),
    releaseWith: ["iommufd_access_unpin_pages"],
    source: "drivers/iommu/iommufd/device.c:iommufd_access_pin_pages",
  }),
  api("iommufd_access_unpin_pages", {
    ...none,
    role: "trigger",
    prototypes: [
      [
        "v6.2",
        "void iommufd_access_unpin_pages(struct iommufd_access *access, unsigned long iova, unsigned long length)",
      ],
    ],
    outcomes: done(release("object", atRange)),
    source: "drivers/iommu/iommufd/device.c:iommufd_access_unpin_pages",
  }),
];

/** A fresh array, filled with pins. */
const freshPins = (total: string): Effect[] => [
  allocate(resultPointer, { elements: amountAt(total) }),
  acquire("pin", slots(resultPointer, amountAt(total))),
];
/** Converted to pins in 5.8, from general knowledge; references before. */
const byEra = (effect: (family: "pin" | "reference", era: EraRange) => Effect): Effect[] => [
  effect("reference", before("v5.8")),
  effect("pin", since("v5.8")),
];
const arrays: ApiEntry[] = [
  api("io_pin_pages", {
    role: "trigger",
    resultUnit: "pointer",
    prototypes: [
      ["v5.19", "struct page **io_pin_pages(unsigned long uaddr, unsigned long len, int *npages)"],
    ],
    outcomes: pointerOrError(freshPins("npages")),
    releaseWith: ["io_pages_free", ...releasesOfPins, "kvfree"],
    source: "io_uring/memmap.c:io_pin_pages",
  }),
  api("io_pages_free", {
    ...none,
    role: "trigger",
    prototypes: [["v6.3", "void io_pages_free(struct page ***pages, int npages)"]],
    outcomes: done(
      release("pin", slots(pointerAt("pages"), amount("npages")), { skipsNull: true }),
      free(pointerAt("pages")),
    ),
    source: "io_uring/memmap.c:io_pages_free",
    notes: "Leaves NULL in *pages; does nothing where it already is.",
  }),
  api("sev_pin_memory", {
    role: "trigger",
    resultUnit: "pointer",
    prototypes: [
      [
        "v4.16",
        "struct page **sev_pin_memory(struct kvm *kvm, unsigned long uaddr, unsigned long ulen, unsigned long *n, unsigned int flags)",
      ],
    ],
    outcomes: pointerOrError([
      allocate(resultPointer, { elements: amountAt("n") }),
      ...byEra((family, era) => acquire(family, slots(resultPointer, amountAt("n")), { era })),
    ]),
    releaseWith: ["sev_unpin_memory"],
    source: "arch/x86/kvm/svm/sev.c:sev_pin_memory",
  }),
  api("sev_unpin_memory", {
    ...none,
    role: "trigger",
    prototypes: [
      ["v4.16", "void sev_unpin_memory(struct kvm *kvm, struct page **pages, unsigned long npages)"],
    ],
    outcomes: done(
      ...byEra((family, era) => release(family, slots(pointer("pages"), amount("npages")), { era })),
      free(pointer("pages")),
    ),
    source: "arch/x86/kvm/svm/sev.c:sev_unpin_memory",
  }),
  api("rds_pin_pages", {
    role: "trigger",
    resultUnit: "page",
    prototypes:
      "int rds_pin_pages(unsigned long user_addr, unsigned int nr_pages, struct page **pages, int write)",
    outcomes: count({
      asked: amount("nr_pages"),
      effects: byEra((family, era) => acquire(family, slots(pointer("pages"), result), { era })),
      zero: [{ possible: compare(amount("nr_pages"), "==", zero) }],
      short: false,
    }),
    releaseWith: [...releasesOfPins, ...releasesOfReferences],
    source: "net/rds/rdma.c:rds_pin_pages",
    notes: "All or nothing.",
  }),
  api("drm_gem_get_pages", {
    resultUnit: "pointer",
    prototypes: "struct page **drm_gem_get_pages(struct drm_gem_object *obj)",
    outcomes: pointerOrError([allocate(resultPointer), acquire("object", value(resultPointer), wholes)]),
    releaseWith: ["drm_gem_put_pages"],
    source: "drivers/gpu/drm/drm_gem.c:drm_gem_get_pages",
    notes: "The array stands for one reference per folio of the object's file.",
  }),
  api("drm_gem_put_pages", {
    ...none,
    prototypes:
      "void drm_gem_put_pages(struct drm_gem_object *obj, struct page **pages, bool dirty, bool accessed)",
    outcomes: done(
      dirty(contents(pointer("pages")), false, { when: isTrue("dirty") }),
      release("object", value(pointer("pages")), wholes),
      free(pointer("pages")),
    ),
    source: "drivers/gpu/drm/drm_gem.c:drm_gem_put_pages",
  }),
];

const fuse: ApiEntry[] = [
  api("fuse_get_user_pages", {
    role: "trigger",
    resultUnit: "errno",
    prototypes: [
      [
        "v5.5",
        "int fuse_get_user_pages(struct fuse_args_pages *ap, struct iov_iter *ii, size_t *nbytesp, int write, unsigned int max_pages)",
      ],
      [
        "v6.12",
        "int fuse_get_user_pages(struct fuse_args_pages *ap, struct iov_iter *ii, size_t *nbytesp, int write, unsigned int max_pages, bool use_pages_for_kvec_io)",
      ],
    ],
    outcomes: errno(
      [
        acquire("reference", contents(pointer("ap")), { era: before("v6.9"), holder: pointer("ap") }),
        acquire("pin", contents(pointer("ap")), {
          era: since("v6.9"),
          when: willPin("ii"),
          holder: pointer("ap"),
        }),
      ],
      [
        acquire("reference", contents(pointer("ap")), { era: before("v6.9"), holder: pointer("ap") }),
        acquire("pin", contents(pointer("ap")), {
          era: since("v6.9"),
          when: willPin("ii"),
          holder: pointer("ap"),
        }),
      ],
    ),
    releaseWith: ["fuse_release_user_pages"],
    source: "fs/fuse/file.c:fuse_get_user_pages",
    notes: "An error after some pages leaves them in ap: they must be released all the same.",
  }),
  api("fuse_release_user_pages", {
    ...none,
    role: "trigger",
    prototypes: [
      ["v5.5", "void fuse_release_user_pages(struct fuse_args_pages *ap, bool should_dirty)"],
      ["v6.12", "void fuse_release_user_pages(struct fuse_args_pages *ap, ssize_t nres, bool should_dirty)"],
    ],
    outcomes: done(
      dirty(contents(pointer("ap")), true, { when: isTrue("should_dirty") }),
      release("reference", contents(pointer("ap")), { era: before("v6.9"), holder: pointer("ap") }),
      release("pin", contents(pointer("ap")), { era: since("v6.9"), holder: pointer("ap") }),
    ),
    context: { sleeps: "when-dirtying" },
    source: "fs/fuse/file.c:fuse_release_user_pages",
  }),
];

export const subsystems: readonly ApiEntry[] = [
  ...frames,
  ...registrations,
  ...vfio,
  ...iommufd,
  ...arrays,
  ...fuse,
  neverMerged(
    "usual_driver_pin_wrappers",
    "call sites of 6.12",
    "Stands for drivers' own wrappers, which are summarized where they are defined.",
  ),
];
