import type { ModelDefinition } from '../../schema/models.ts'

const books = '/api.xro/2.0'
// Prices have four places where that is asked for; else two.
const query = { unitdp: 4 }

/**
 * How every kind is read and written: in lists of rows, of which each says by itself whether it was taken.
 * https://developer.xero.com/documentation/api/accounting/requests-and-responses
 */
export const callsOf = (kind: string, id: string) => {
  const path = `${books}/${kind}`
  const rows = { ...query, summarizeErrors: 'false' }
  return {
    id,
    updatedAt: { path: 'UpdatedDateUTC', format: 'dotnet' },
    read: { path: `${path}/{id}`, query, item: `${kind}.0` },
    create: { kind: 'call', method: 'PUT', path, query, encoding: 'json', item: `${kind}.0` },
    update: {
      kind: 'call',
      method: 'POST',
      path: `${path}/{id}`,
      query,
      encoding: 'json',
      item: `${kind}.0`,
      cleared: '',
    },
    batch: {
      kind: 'by-operation',
      size: 50,
      requests: kind,
      answers: kind,
      create: { method: 'PUT', path, query: rows },
      update: { method: 'POST', path, query: rows, id },
      match: { by: 'position' },
      // It has no codes for what is wrong with a row, only sentences.
      faults: { in: 'answer', code: 'ValidationErrors.0.Message' },
    },
    idempotency: { in: 'header', name: 'idempotency-key', keptFor: '5m' },
    errors: { duplicate: ['Invoice # must be unique.'] },
  } satisfies Partial<ModelDefinition>
}

/** A list in pages, in the order of the ids: what changes meanwhile stays in its place. */
export const pagesOf = (kind: string, id: string, more: Record<string, string>) =>
  ({
    kind: 'page',
    path: `${books}/${kind}`,
    query: { ...query, order: id, ...more },
    param: 'page',
    limitParam: 'pageSize',
    first: 1,
    page: 500,
    items: kind,
    end: { last: 'pagination.pageCount' },
  }) satisfies ModelDefinition['list']

/** @param deletions whether what is archived or voided is among it */
export const modifiedSince = (deletions: boolean) =>
  ({
    kind: 'header',
    name: 'if-modified-since',
    format: 'iso-without-zone',
    deletions,
  }) satisfies ModelDefinition['changedSince']

/** What is deleted has a status instead. */
export const marked = (kind: string, Status: string) =>
  ({
    kind: 'call',
    method: 'POST',
    path: `${books}/${kind}/{id}`,
    body: { Status },
  }) satisfies ModelDefinition['delete']

/** Several by their ids, in a page: without one a list leaves out what the rows consist of. */
export const namedOf = (kind: string, more: Record<string, string> = {}) =>
  ({
    ...{ path: `${books}/${kind}`, query: { ...query, page: 1, pageSize: 40, ...more } },
    ...{ param: 'IDs', items: kind, size: 40 },
  }) satisfies ModelDefinition['readMany']
