/** The platform of ledger-server.ts, as a workspace posts it. */
export const ledger = {
  id: 'ledger',
  name: 'Ledger',
  docs: 'https://ledger.example/docs',
  environments: { production: { api: 'https://api.ledger.example' } },
  auth: [{ kind: 'api_key', id: 'key', label: 'Key', help: 'Settings', placement: { in: 'bearer' } }],
  scopes: {},
  identity: { get: '/me', id: 'id', name: 'name' },
  calls: { errors: { code: ['code'] } },
  models: {
    rows: {
      collection: 'rows',
      summary: 'Rows',
      docs: 'https://ledger.example/docs/rows',
      id: 'id',
      version: 'rev',
      versionRises: true,
      updatedAt: { path: 'at', format: 'iso' },
      gone: [{ path: 'deleted', equals: true }],
      list: {
        ...{ kind: 'keyset', path: '/rows', page: 1_000, limitParam: 'limit', items: 'rows' },
        ...{ by: 'id', param: 'after', end: 'empty-page' },
      },
      changedSince: { kind: 'param', param: 'since', format: 'iso', deletions: true },
      read: { path: '/rows/{id}' },
      create: { kind: 'call', method: 'POST', path: '/rows', encoding: 'json' },
      update: {
        ...{ kind: 'call', method: 'POST', path: '/rows/{id}', encoding: 'json' },
        ...{ versionField: 'rev', cleared: null },
      },
      delete: { kind: 'call', method: 'DELETE', path: '/rows/{id}' },
      batch: {
        ...{ kind: 'by-operation', size: 100, requests: 'rows', answers: 'rows', item: 'row' },
        create: { method: 'POST', path: '/rows/batch' },
        update: { method: 'PUT', path: '/rows/batch', id: 'id' },
        match: { by: 'key', request: 'key', answer: 'key' },
        faults: { in: 'answer', code: 'error.code' },
      },
      errors: { stale: ['STALE'], missing: ['GONE'] },
      idempotency: { in: 'header', name: 'idempotency-key' },
      fields: [
        ['name', 'name'],
        ['amount', 'amount'],
        ['notes', 'notes'],
      ],
    },
  },
}
