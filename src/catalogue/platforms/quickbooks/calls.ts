import type { ModelDefinition } from '../../schema/models.ts'

const query = { minorversion: 75 }
const company = '/v3/company/{realmId}'

/**
 * How every kind of entity is listed, read and written: they differ in nothing but the name.
 * https://developer.intuit.com/app/developer/qbo/docs/learn/explore-the-quickbooks-online-api
 */
export const callsOf = (entity: string) => {
  const path = `${company}/${entity.toLowerCase()}`
  return {
    id: 'Id',
    version: 'SyncToken',
    versionRises: true,
    updatedAt: { path: 'MetaData.LastUpdatedTime', format: 'iso' },
    list: {
      kind: 'query',
      path: `${company}/query`,
      param: 'query',
      statement: `select * from ${entity}`,
      orderBy: 'Id',
      query,
      page: 1000,
      items: `QueryResponse.${entity}`,
    },
    changedSince: {
      kind: 'cdc',
      path: `${company}/cdc`,
      query: { entities: entity, ...query },
      param: 'changedSince',
      items: `CDCResponse.0.QueryResponse.0.${entity}`,
      limit: 1000,
      maxAge: '29d',
      deletions: true,
    },
    read: { path: `${path}/{id}`, query, item: entity },
    readMany: {
      ...{ path: `${company}/query`, query, param: 'query', each: "'{id}'", size: 200 },
      says: `select * from ${entity} where Id in ({ids}) maxresults 1000`,
      items: `QueryResponse.${entity}`,
    },
    create: { kind: 'call', method: 'POST', path, query, encoding: 'json', item: entity },
    update: {
      ...{ kind: 'call', method: 'POST', path, query, encoding: 'json', item: entity },
      ...{ idField: 'Id', versionField: 'SyncToken', constant: { sparse: true }, cleared: '' },
      replaced: ['BillAddr', 'ShipAddr'],
    },
    batch: {
      kind: 'mixed',
      size: 30,
      path: `${company}/batch`,
      query,
      requests: 'BatchItemRequest',
      answers: 'BatchItemResponse',
      correlation: 'bId',
      operation: { field: 'operation', create: 'create', update: 'update' },
      thing: entity,
      faultCode: 'Fault.Error.0.code',
    },
    idempotency: { in: 'query', name: 'requestid' },
    // 610 is also said of what a write refers to, when that has been made inactive.
    errors: { stale: ['5010'], duplicate: ['6240', '6140'], missing: ['610'] },
  } satisfies Partial<ModelDefinition>
}

/** What is deleted is voided in the books: its number stays. Written as it was last read. */
export const voiding = (entity: string, operation: Record<string, string>) =>
  ({
    ...{ kind: 'call', method: 'POST', path: `${company}/${entity.toLowerCase()}` },
    ...{ query: { ...query, ...operation }, idField: 'Id', versionField: 'SyncToken' },
  }) satisfies ModelDefinition['delete']

/** The name of a list cannot be deleted, only made inactive. */
export const inactive = {
  kind: 'mark',
  body: { Active: false },
  restore: { Active: true },
} satisfies ModelDefinition['delete']
