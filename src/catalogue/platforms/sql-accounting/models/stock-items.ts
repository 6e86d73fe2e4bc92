import type { ModelDefinition } from '../../../schema/models.ts'
import { callsOf, lookupBy } from '../calls.ts'

const price = { transform: { kind: 'decimal', scale: 2, as: 'text' } } as const

export const stockItems = {
  collection: 'products',
  summary: 'Stock items; one that is deleted is made inactive',
  docs: 'https://www.sql.com.my/api/',
  id: 'dockey',
  ...callsOf('stockitem'),
  gone: [{ path: 'isactive', equals: false }],
  delete: { kind: 'mark', body: { isactive: false }, restore: { isactive: true } },
  lookup: lookupBy('stockitem', 'sku', 'code'),
  fields: [
    ['sku', 'code', { needed: true }],
    ['name', 'description'],
    ['description', 'description2'],
    ['unitPrice', 'refprice', price],
    ['cost', 'refcost', price],
    ['taxCode', 'sltax'],
    ['barcode', 'barcode'],
  ],
} satisfies ModelDefinition
