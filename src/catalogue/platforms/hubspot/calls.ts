import type { ModelDefinition } from '../../schema/models.ts'

type Fields = ModelDefinition['fields']

/**
 * What is the same of all objects: the list, the search as the feed of changes, the batches.
 * @param modified the property with the time of the last change, which only contacts have under a name of their own
 */
export function objectModel(type: string, modified: string, fields: Fields) {
  const path = `/crm/v3/objects/${type}`
  const properties = propertiesOf(fields)
  // Only those are answered that are asked for.
  const query = { properties: properties.join(',') }
  return {
    id: 'id',
    updatedAt: { path: 'updatedAt', format: 'iso' },
    gone: [{ path: 'archived', equals: true }],
    merged: 'survivor',
    list: {
      ...{ kind: 'cursor', path, query, page: 100, limitParam: 'limit', items: 'results' },
      ...{ param: 'after', next: { from: 'path', path: 'paging.next.after' }, end: 'no-cursor' },
    },
    // A search gives 10,000 results at most, but any number of searches do: each goes on behind the last id. It has no order that
    // stays but that one, as an edit of many things gives them all one time.
    // https://developers.hubspot.com/docs/api-reference/search/guide
    changedSince: {
      kind: 'list',
      deletions: false,
      list: {
        ...{ kind: 'keyset', path: `${path}/search`, page: 200, limitParam: 'limit', items: 'results' },
        ...{ by: 'id', param: 'filterGroups.0.filters.1.value', end: 'empty-page' },
        body: {
          filterGroups: [
            {
              filters: [
                { propertyName: modified, operator: 'GTE', value: '0' },
                { propertyName: 'hs_object_id', operator: 'GT', value: '0' },
              ],
            },
          ],
          sorts: [{ propertyName: 'hs_object_id', direction: 'ASCENDING' }],
          properties,
        },
      },
      since: { param: 'filterGroups.0.filters.0.value', format: 'unix-milliseconds', template: '{since}' },
    },
    read: { path: `${path}/{id}`, query },
    readMany: {
      ...{ path: `${path}/batch/read`, ids: 'inputs', idAt: 'id', items: 'results', size: 100 },
      body: { properties, propertiesWithHistory: [] },
    },
    create: { kind: 'call', method: 'POST', path, encoding: 'json' },
    update: {
      ...{ kind: 'call', method: 'PATCH', path: `${path}/{id}`, encoding: 'json' },
      ...{ cleared: '', sparse: 'properties' },
    },
    delete: { kind: 'call', method: 'DELETE', path: `${path}/{id}` },
    // https://developers.hubspot.com/docs/api-reference/error-handling#multi-status-errors
    batch: {
      ...{ kind: 'by-operation', size: 100, requests: 'inputs', answers: 'results' },
      create: { method: 'POST', path: `${path}/batch/create` },
      update: { method: 'POST', path: `${path}/batch/update`, id: 'id' },
      delete: { method: 'POST', path: `${path}/batch/archive`, id: 'id', bare: true },
      match: { by: 'key', request: 'objectWriteTraceId', answer: 'objectWriteTraceId' },
      faults: { in: 'list', list: 'errors', code: 'category', at: 'context.objectWriteTraceId.0' },
    },
    errors: { duplicate: ['CONFLICT'], missing: ['OBJECT_NOT_FOUND'] },
    fields,
  } satisfies Omit<ModelDefinition, 'collection' | 'summary' | 'docs'>
}

/** How an object is found by a property whose values are unique: at once, and not by the index of the search. */
export function lookupByUnique(type: string, path: string, property: string): NonNullable<ModelDefinition['lookup']> {
  const body = { properties: [property], propertiesWithHistory: [], idProperty: property }
  const call = {
    path: `/crm/v3/objects/${type}/batch/read`,
    body,
    says: { 'inputs.0.id': `{${path}}` },
    items: 'results',
  }
  const { says: _, ...several } = call
  const keys = { at: 'inputs', each: { id: `{${path}}` } }
  return { by: [path], call, many: { size: 100, call: { ...several, keys } } }
}

/** How an object is found by a property that several may have: by the search, whose index lags behind. */
export function lookupBySearch(type: string, path: string, property: string): NonNullable<ModelDefinition['lookup']> {
  const filters = [{ propertyName: property, operator: 'EQ', value: '' }]
  const body = { filterGroups: [{ filters }], properties: [property], limit: 11 }
  const says = { 'filterGroups.0.filters.0.value': `{${path}}` }
  const call = { path: `/crm/v3/objects/${type}/search`, items: 'results' }
  // Five groups of filters are what one search takes.
  const keys = { at: 'filterGroups', body: { filters }, each: { 'filters.0.value': `{${path}}` } }
  const several = { ...call, body: { properties: [property], limit: 200 }, keys }
  return {
    by: [path],
    settlesAfter: '2m',
    call: { ...call, body, says },
    many: { size: 5, most: 200, call: several },
  }
}

/** The properties that fields are read from. */
function propertiesOf(fields: Fields): string[] {
  const paths = fields.flatMap(([, path]) => path)
  return [...new Set(paths.map(path => path.replace(/^properties\./, '')))]
}
