/** One kind of thing that a platform keeps and the hub can sync. */
export interface ModelDefinition {
  /** The hub's collection that it maps to by default. */
  collection: string
}
