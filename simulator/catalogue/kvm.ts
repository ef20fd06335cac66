/** KVM: frame numbers and pages behind guest memory. */
import { api } from "./entry.ts";
import { done, errno, inVersions, pointerOrError, pointerOrNull } from "./outcome.ts";
import {
  acquire,
  before,
  both,
  contents,
  dirty,
  isErrorPointer,
  isTrue,
  not,
  notNull,
  pointer,
  pointerAt,
  predicate,
  release,
  resultPointer,
  since,
  value,
} from "./term.ts";
import type { ApiEntry, Outcome } from "./types.ts";

const page = value(pointer("page"));
const taken = [acquire("reference", value(resultPointer))];
const noFrame = predicate("is_error_noslot_pfn", "result");
const hasPage = predicate("pfn_valid", "result");
const frame: Outcome[] = [
  { name: "success", result: both(not(noFrame), hasPage), effects: taken },
  // Memory of a device: no page is behind the frame.
  { name: "done", result: both(not(noFrame), not(hasPage)), effects: [] },
  { name: "error", result: noFrame, effects: [] },
];
const pageReleases = [
  "kvm_release_page_clean",
  "kvm_release_page_dirty",
  "kvm_release_page_unused",
  "put_page",
] as const;
const frameReleases = ["kvm_release_pfn_clean", "kvm_release_pfn_dirty"] as const;
const put = { resultUnit: "none" } as const;

export const kvm: readonly ApiEntry[] = [
  api("gfn_to_page", {
    resultUnit: "pointer",
    prototypes: "struct page *gfn_to_page(struct kvm *kvm, gfn_t gfn)",
    outcomes: [
      ...inVersions(before("v6.13"), pointerOrError(taken)),
      ...inVersions(since("v6.13"), pointerOrNull(taken)),
    ],
    releaseWith: pageReleases,
    source: "virt/kvm/kvm_main.c:gfn_to_page",
  }),
  api("is_error_page", {
    role: "support",
    resultUnit: "boolean",
    prototypes: "bool is_error_page(struct page *page)",
    removedIn: "v6.13",
    outcomes: done(),
    answers: isErrorPointer(pointer("page")),
    source: "include/linux/kvm_host.h:is_error_page (6.12)",
  }),
  api("gfn_to_pfn", {
    role: "trigger",
    resultUnit: "other",
    prototypes: "kvm_pfn_t gfn_to_pfn(struct kvm *kvm, gfn_t gfn)",
    removedIn: "v6.13",
    outcomes: frame,
    releaseWith: frameReleases,
    source: "virt/kvm/kvm_main.c:gfn_to_pfn (6.12)",
    notes: "Counts only where a refcounted page is behind the frame.",
  }),
  api("is_error_noslot_pfn", {
    role: "support",
    resultUnit: "boolean",
    prototypes: "bool is_error_noslot_pfn(kvm_pfn_t pfn)",
    outcomes: done(),
    answers: predicate("is_error_noslot_pfn", "pfn"),
    source: "include/linux/kvm_host.h:is_error_noslot_pfn",
  }),
  api("pfn_valid", {
    role: "support",
    resultUnit: "boolean",
    prototypes: "int pfn_valid(unsigned long pfn)",
    outcomes: done(),
    answers: predicate("pfn_valid", "pfn"),
    source: "include/linux/mmzone.h:pfn_valid",
  }),
  api("hva_to_pfn", {
    resultUnit: "other",
    prototypes: [
      [
        "v4.4",
        "kvm_pfn_t hva_to_pfn(unsigned long addr, bool atomic, bool *async, bool write_fault, bool *writable)",
      ],
      [
        "v6.2",
        "kvm_pfn_t hva_to_pfn(unsigned long addr, bool atomic, bool interruptible, bool *async, bool write_fault, bool *writable)",
      ],
      ["v6.13", "kvm_pfn_t hva_to_pfn(struct kvm_follow_pfn *kfp)"],
    ],
    outcomes: [
      ...inVersions(before("v6.13"), frame),
      ...inVersions(since("v6.13"), [
        {
          name: "success",
          result: not(noFrame),
          effects: [acquire("reference", contents(pointer("kfp")), { holder: pointer("kfp") })],
        },
        { name: "error", result: noFrame, effects: [] },
      ]),
    ],
    releaseWith: [...frameReleases, "kvm_release_faultin_page"],
    source: "virt/kvm/kvm_main.c:hva_to_pfn",
    notes: "From 6.13 a caller that asks for a pin gets one.",
  }),
  api("kvm_faultin_pfn", {
    resultUnit: "other",
    prototypes: [
      [
        "v6.13",
        "kvm_pfn_t kvm_faultin_pfn(struct kvm_vcpu *vcpu, gfn_t gfn, bool write, bool *writable, struct page **refcounted_page)",
      ],
    ],
    outcomes: done(
      acquire("reference", value(pointerAt("refcounted_page")), {
        when: notNull(pointerAt("refcounted_page")),
      }),
    ),
    releaseWith: [
      "kvm_release_faultin_page",
      "kvm_release_page_clean",
      "kvm_release_page_dirty",
      "kvm_release_page_unused",
    ],
    source: "include/linux/kvm_host.h:kvm_faultin_pfn (6.13)",
  }),
  api("kvm_vcpu_map", {
    resultUnit: "errno",
    prototypes: "int kvm_vcpu_map(struct kvm_vcpu *vcpu, gpa_t gpa, struct kvm_host_map *map)",
    outcomes: errno([
      acquire("reference", contents(pointer("map")), { era: before("v6.13") }),
      acquire("pin", contents(pointer("map")), { era: since("v6.13") }),
    ]),
    releaseWith: ["kvm_vcpu_unmap"],
    source: "virt/kvm/kvm_main.c:kvm_vcpu_map",
  }),
  api("kvm_vcpu_unmap", {
    ...put,
    prototypes: [
      ["v4.4", "void kvm_vcpu_unmap(struct kvm_vcpu *vcpu, struct kvm_host_map *map, bool dirty)"],
      ["v6.13", "void kvm_vcpu_unmap(struct kvm_vcpu *vcpu, struct kvm_host_map *map)"],
    ],
    outcomes: done(
      release("reference", contents(pointer("map")), { era: before("v6.13") }),
      release("pin", contents(pointer("map")), { era: since("v6.13") }),
    ),
    source: "virt/kvm/kvm_main.c:kvm_vcpu_unmap",
  }),
  api("kvm_release_page_clean", {
    ...put,
    prototypes: "void kvm_release_page_clean(struct page *page)",
    outcomes: done(
      release("reference", page, { era: before("v6.13") }),
      release("reference", page, { era: since("v6.13"), skipsNull: true }),
    ),
    source: "virt/kvm/kvm_main.c:kvm_release_page_clean",
  }),
  api("kvm_release_page_dirty", {
    ...put,
    prototypes: "void kvm_release_page_dirty(struct page *page)",
    outcomes: done(
      dirty(page, false),
      release("reference", page, { era: before("v6.13") }),
      release("reference", page, { era: since("v6.13"), skipsNull: true }),
    ),
    source: "virt/kvm/kvm_main.c:kvm_release_page_dirty",
  }),
  api("kvm_release_pfn_clean", {
    ...put,
    prototypes: "void kvm_release_pfn_clean(kvm_pfn_t pfn)",
    removedIn: "v6.13",
    outcomes: done(release("reference", value(pointer("pfn")))),
    source: "virt/kvm/kvm_main.c:kvm_release_pfn_clean (6.12)",
  }),
  api("kvm_release_pfn_dirty", {
    ...put,
    prototypes: "void kvm_release_pfn_dirty(kvm_pfn_t pfn)",
    removedIn: "v6.13",
    outcomes: done(dirty(value(pointer("pfn")), false), release("reference", value(pointer("pfn")))),
    source: "virt/kvm/kvm_main.c:kvm_release_pfn_dirty (6.12)",
  }),
  api("kvm_release_page_unused", {
    ...put,
    prototypes: [["v6.13", "void kvm_release_page_unused(struct page *page)"]],
    outcomes: done(release("reference", page, { skipsNull: true })),
    source: "include/linux/kvm_host.h:kvm_release_page_unused (6.13)",
  }),
  api("kvm_release_faultin_page", {
    ...put,
    prototypes: [
      ["v6.13", "void kvm_release_faultin_page(struct kvm *kvm, struct page *page, bool unused, bool dirty)"],
    ],
    outcomes: done(
      dirty(page, false, { when: isTrue("dirty") }),
      release("reference", page, { skipsNull: true }),
    ),
    source: "include/linux/kvm_host.h:kvm_release_faultin_page (6.13)",
  }),
];
