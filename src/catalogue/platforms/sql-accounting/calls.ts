import type { ModelDefinition } from '../../schema/models.ts'

/**
 * How every kind is listed, read and written, in the small letters of the program's own fields. A list has 50 at most, and the
 * master fields alone; an update has to say the count of updates that it makes it, which is the one that was read plus one.
 * https://docs.sql.com.my/sqlacc/sql-account-api/faq
 *
 * Assumed, as the rest is in the collection that the program hands out: a single one comes in a list of one, decimals as text; what an
 * update leaves out stays; a list is in the order of the keys; customers and stock items have a count of updates as documents
 * have; the time of the last change is in Unix seconds. What a row of an update leaves out stays, as it does of
 * the whole.
 */
export const callsOf = (kind: string) =>
  ({
    version: 'updatecount',
    versionRises: true,
    updatedAt: { path: 'lastmodified', format: 'unix-seconds' },
    list: {
      ...{ kind: 'offset', path: `/${kind}`, page: 50, param: 'offset', limitParam: 'limit', first: 0 },
      items: 'data',
    },
    read: { path: `/${kind}/{id}`, item: 'data.0', absent: 'missing' },
    create: { kind: 'call', method: 'POST', path: `/${kind}`, encoding: 'json', item: 'data.0' },
    update: {
      ...{ kind: 'call', method: 'PUT', path: `/${kind}/{id}`, encoding: 'json', item: 'data.0', cleared: '' },
      ...{ versionField: 'updatecount', versionAs: 'next' },
    },
  }) satisfies Partial<ModelDefinition>

/** A lookup by a master field, which a list can be narrowed to. */
export const lookupBy = (kind: string, path: string, field: string) =>
  ({
    by: [path],
    settlesAfter: '5s',
    call: { path: `/${kind}`, says: { [field]: `{${path}}` }, items: 'data' },
  }) satisfies ModelDefinition['lookup']
