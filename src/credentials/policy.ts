import type { KeyUse } from './contract.ts'

/** What an operator reads about the keys: in so many words, which may be taken off the ring. */
export function sentenceOfKeys(keys: KeyUse[]): string {
  return keys
    .map(({ key, state, sealed }) => {
      switch (state) {
        case 'current':
          return `Key ${key} seals what is written, ${sealed} so far.`
        case 'old':
          return sealed === 0
            ? `Key ${key} is no longer used: it may be taken off the ring.`
            : `Key ${key} is still needed for ${sealed}.`
        case 'missing':
          return `Key ${key} is not on the ring: ${sealed} sealed by it cannot be opened.`
      }
    })
    .join(' ')
}
