import manifest from '../package.json' with { type: 'json' }

/** The hub's own version. */
export const version = manifest.version
