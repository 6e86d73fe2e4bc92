/** A limit that a platform documents: so many calls in a window, or so many at once. */
export type RateLimit =
  | { per: 'connection' | 'app'; permits: number; window: `${number}${'s' | 'm' | 'h' | 'd'}` }
  | { per: 'connection' | 'app'; concurrent: number }
