import type { ModelDefinition } from '../../schema/models.ts'

/**
 * How one is read, made and changed: what names it is a parameter, a new one's name stands in the address that the answer has in a
 * header, and a change is answered by nothing. What an update leaves out stays.
 * https://accounting-api.autocountcloud.com/documentation/
 * @param name `code`, or `docNo` of a document
 */
export const callsOf = (kind: string, name: 'code' | 'docNo') => {
  const one = { path: `/${kind}`, query: { [name]: '{id}' } }
  return {
    read: one,
    create: {
      ...{ kind: 'call', method: 'POST', path: `/${kind}`, encoding: 'json' },
      answerId: { header: 'location', query: name },
    },
    update: { kind: 'call', method: 'PUT', ...one, encoding: 'json', cleared: '' },
  } satisfies Partial<ModelDefinition>
}

/** Pages of a hundred; an index behind the last page is an empty one. */
export const pages = { kind: 'page', param: 'page', page: 100, first: 1, items: 'data', end: 'empty-page' } as const

/** A lookup by the name itself, which the platform knows things by. */
export const lookupBy = (kind: string, name: 'code' | 'docNo', path: string) =>
  ({ by: [path], settlesAfter: '5s', call: { path: `/${kind}`, says: { [name]: `{${path}}` } } }) satisfies NonNullable<
    ModelDefinition['lookup']
  >
