/** Which names let go what: shared by the entries that acquire. */

export const releasesOfPins = [
  "unpin_user_page",
  "unpin_user_pages",
  "unpin_user_pages_dirty_lock",
  "unpin_user_page_range_dirty_lock",
  "unpin_user_folio",
  "unpin_folio",
  "unpin_folios",
] as const;

export const releasesOfReferences = [
  "put_page",
  "folio_put",
  "folio_put_refs",
  "release_pages",
  "put_user_page",
  "put_user_pages",
  "put_user_pages_dirty",
  "put_user_pages_dirty_lock",
  "put_page_testzero",
] as const;

export const releasesOfPage = ["put_page"] as const;
export const releasesOfFolio = ["folio_put", "folio_put_refs"] as const;
export const releasesOfBatch = ["folio_batch_release", "folios_put", "folios_put_refs"] as const;
export const releasesOfAllocation = [
  "__free_pages",
  "__free_page",
  "put_page",
  "folio_put",
  "put_pages_list",
  "bio_free_pages",
] as const;
export const releasesOfPageMemory = ["free_pages", "free_page"] as const;
