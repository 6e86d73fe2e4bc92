import fc from 'fast-check'

/** Where properties begin to look: each run looks at the same cases, so that what it finds, the next one finds too. */
const seed = Number(process.env['PROPERTY_SEED'] ?? 20_261_127)

fc.configureGlobal({ seed })

export { fc }
