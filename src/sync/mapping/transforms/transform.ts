/** What a value comes to that does not fit: it fails its field. */
export const unfit = Symbol('unfit')

/** The canonical values of other fields of the same item, by path. */
export type Beside = (path: string) => unknown

/** One way to write a value on the two sides. Either direction gives `unfit` for what it cannot write. */
export interface Transform {
  /** What the hub holds for a value of the platform's. It is not asked about what is empty. */
  in(value: unknown, beside: Beside): unknown
  /** What the platform is told; undefined for nothing. */
  out(value: unknown, beside: Beside): unknown
  /** What the platform is not told, it does not keep: the hub's value is no other one than its nothing. */
  dropsUntold?: true
  /** The platform has a list, and an empty one for nothing. */
  isList?: true
  /** It looks at other fields. */
  looksBeside?: true
  /** It reads something even where the platform has nothing. */
  readsEmpty?: true
  /** It says something even where its own field is empty. */
  saysOfEmpty?: true
}
