import type { ModelDefinition } from '../../schema/models.ts'

type Fields = ModelDefinition['fields']

/** What is the same of all objects: queries in SOQL, and collections of rows. */
export function objectModel(type: string, fields: Fields) {
  const path = `/sobjects/${type}`
  const named = [...new Set(['Id', ...fields.flatMap(([, from]) => from), 'SystemModstamp', 'IsDeleted'])]
  const select = `SELECT ${named.join(', ')} FROM ${type}`
  const query = { fields: named.join(',') }
  const rows = '/composite/sobjects'
  return {
    id: 'Id',
    updatedAt: { path: 'SystemModstamp', format: 'iso' },
    gone: [{ path: 'IsDeleted', equals: true }],
    // By their ids and not by the locator of a query, which is good for two days and for ten queries of a user at once.
    list: {
      ...{ kind: 'keyset', path: '/query', page: 2000, by: 'Id', param: 'q', end: 'empty-page', items: 'records' },
      query: { q: `${select} ORDER BY Id LIMIT 2000` },
      after: `${select} WHERE Id > '{after}' ORDER BY Id LIMIT 2000`,
    },
    // `queryAll` gives what is in the recycle bin, where it stays for 15 days.
    // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_queryall.htm
    changedSince: {
      ...{ kind: 'list', deletions: true, maxAge: '14d' },
      list: { kind: 'address', path: '/queryAll', page: 2000, next: 'nextRecordsUrl', items: 'records' },
      since: {
        ...{ param: 'q', format: 'iso' },
        template: `${select} WHERE SystemModstamp >= {since} ORDER BY SystemModstamp, Id`,
      },
    },
    read: { path: `${path}/{id}`, query },
    readMany: { path: `/composite/sobjects/${type}`, body: { fields: named }, ids: 'ids', size: 200 },
    create: { kind: 'call', method: 'POST', path, encoding: 'json', answerId: 'id' },
    update: { kind: 'call', method: 'PATCH', path: `${path}/{id}`, encoding: 'json', cleared: null },
    delete: { kind: 'call', method: 'DELETE', path: `${path}/{id}` },
    // https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
    batch: {
      ...{ kind: 'by-operation', size: 200, requests: 'records', answerId: 'id' },
      body: { allOrNone: false },
      request: { attributes: { type } },
      create: { method: 'POST', path: rows },
      update: { method: 'PATCH', path: rows, id: 'id' },
      match: { by: 'position' },
      faults: { in: 'answer', code: 'errors.0.statusCode' },
    },
    errors: {
      duplicate: ['DUPLICATE_VALUE', 'DUPLICATES_DETECTED'],
      // The second is said of what a row refers to as well.
      missing: ['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND'],
    },
    fields,
  } satisfies Omit<ModelDefinition, 'collection' | 'summary' | 'docs'>
}

/** How a row is found by fields, each by its canonical path and its name. The first is the one that an index is kept of. */
export function lookupBy(
  type: string,
  fields: Readonly<Record<string, string>>,
): NonNullable<ModelDefinition['lookup']> {
  const where = Object.entries(fields).map(([path, name]) => `${name} = '{${path}}'`)
  const select = `SELECT Id FROM ${type} WHERE`
  const call = { path: '/query', escape: 'backslash', items: 'records' } as const
  // As many as an address has room for, and no more rows than come in one page.
  const keys = { at: 'q', says: `${select} {keys} LIMIT 200`, each: `(${where.join(' AND ')})`, between: ' OR ' }
  return {
    by: Object.keys(fields),
    call: { ...call, says: { q: `${select} ${where.join(' AND ')} LIMIT 11` } },
    many: { size: 40, most: 200, call: { ...call, keys } },
  }
}

/** The fields of an address, whose names begin alike. */
export function addressFields(hub: string, before: string) {
  return [
    [`${hub}.line1`, `${before}Street`],
    [`${hub}.city`, `${before}City`],
    [`${hub}.region`, `${before}State`],
    [`${hub}.postalCode`, `${before}PostalCode`],
    [`${hub}.country`, `${before}Country`],
  ] satisfies Fields
}
