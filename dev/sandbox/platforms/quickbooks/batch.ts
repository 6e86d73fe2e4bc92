import type { Company, Entity } from './entities.ts'
import { Fault, invalid, required } from './faults.ts'
import type { Kind } from './kinds.ts'
import { create, remove, update } from './operations.ts'
import { answerQuery } from './query.ts'

const batchMax = 30

/** Each item's answer as text: one that fails does not keep the others back. https://developer.intuit.com/app/developer/qbo/docs/api/accounting/all-entities/batch */
export function answerBatch(company: Company, kinds: readonly Kind[], body: Entity): string[] {
  const items = body['BatchItemRequest']
  if (!Array.isArray(items)) throw required('BatchItemRequest')
  if (items.length > batchMax) throw invalid(`at most ${batchMax} items in a batch`, 'BatchItemRequest')
  return (items as Entity[]).map(item => {
    const bId = `"bId":${JSON.stringify(item['bId'] ?? '')}`
    try {
      if (typeof item['Query'] === 'string') return `{"QueryResponse":${answerQuery(company, item['Query'])},${bId}}`
      const kind = kinds.find(({ name }) => Object.hasOwn(item, name))
      if (!kind) throw invalid('no entity that is supported', 'BatchItemRequest')
      return `{"${kind.name}":${JSON.stringify(written(company, kind, item))},${bId}}`
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      return `{"Fault":${JSON.stringify((JSON.parse(error.body) as { Fault: unknown }).Fault)},${bId}}`
    }
  })
}

function written(company: Company, kind: Kind, { operation, ...item }: Entity): Entity {
  const asked = { allowsDuplicateNumber: false }
  switch (operation) {
    case 'create':
      return create(company, kind, item[kind.name], asked)
    case 'update':
      return update(company, kind, item[kind.name], asked)
    case 'delete':
      return remove(company, kind, item[kind.name])
    default:
      throw invalid(`Operation ${String(operation)} is not supported`, 'operation')
  }
}
