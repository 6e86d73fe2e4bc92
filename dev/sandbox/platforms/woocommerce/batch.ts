import { type Fields, type Item, type Kind, Refused, type Shop, create, remove, update } from './records.ts'

const most = 100
const operations = ['create', 'update', 'delete'] as const

/**
 * Several writes at once, each answered in its place: with an error inside a 200 where it failed. What is deleted so is
 * deleted for good. https://woocommerce.github.io/woocommerce-rest-api-docs/#batch-update-products
 */
export function batch(kind: Kind, body: Fields, shop: Shop): Fields {
  const lists = operations.map(operation => [operation, (body[operation] ?? []) as unknown[]] as const)
  const count = lists.reduce((all, [, items]) => all + items.length, 0)
  if (count > most) {
    const message = `Unable to accept more than ${most} items for this request.`
    throw new Refused(413, 'woocommerce_rest_request_entity_too_large', message)
  }
  const answers = lists
    .filter(([operation]) => body[operation] !== undefined)
    .map(([operation, items]) => [operation, items.map(item => answered(kind, operation, item, shop))] as const)
  return Object.fromEntries(answers)
}

function answered(kind: Kind, operation: (typeof operations)[number], item: unknown, shop: Shop): unknown {
  const fields = (typeof item === 'object' ? item : { id: item }) as Fields
  try {
    return done(kind, operation, fields, shop)
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { id: operation === 'create' ? 0 : fields['id'], error: error.body }
  }
}

function done(kind: Kind, operation: (typeof operations)[number], fields: Fields, shop: Shop): Item {
  switch (operation) {
    case 'create':
      return create(kind, fields, shop)
    case 'update':
      return update(kind, fields['id'], fields, shop)
    case 'delete':
      return remove(kind, fields['id'], true, shop)
  }
}
