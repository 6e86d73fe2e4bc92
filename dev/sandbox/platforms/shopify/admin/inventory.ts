import { FieldProblem, type Resolvers } from '../../../graphql.ts'
import { connection } from './connection.ts'
import { type Fields, type Node, type Shop, numberOf } from './shop.ts'
import { textOf } from '../../../text.ts'

/** A variant and its inventory item have numbers of their own. */
const apart = 40_000_000_000
export const itemIdOf = (variantId: string) => `gid://shopify/InventoryItem/${Number(numberOf(variantId)) + apart}`

/** Inventory items, and what of each is where. https://shopify.dev/docs/api/admin-graphql/2026-07/objects/InventoryLevel */
export function inventory(shop: Shop): Resolvers {
  const items = (): (Fields & { id: string })[] =>
    shop.all('Product').flatMap(product => {
      const variants = product['variants'] as (Fields & { id: string })[]
      return variants.map(variant => ({ ...variant, variantId: variant.id, id: itemIdOf(variant.id) }))
    })
  const itemOf = (id: unknown) => items().find(item => item.id === id)
  const places = () => {
    if (shop.all('Location').length === 0)
      shop.put('Location', { id: 'gid://shopify/Location/655441491', name: 'Ottawa Warehouse', isActive: true })
    return shop.all('Location')
  }
  const levelOf = (item: Fields, location: Node): Node => {
    const id = `gid://shopify/InventoryLevel/${numberOf(location.id)}${numberOf(textOf(item['id']))}?inventory_item_id=${numberOf(textOf(item['id']))}`
    const found = shop.get('InventoryLevel', id)
    const about = { id, itemId: item['id'], variantId: item['variantId'], locationId: location.id, isActive: true }
    return found ?? shop.put('InventoryLevel', { ...about, available: 0 })
  }
  const levelsOf = (item: Fields) => places().map(location => levelOf(item, location))
  return {
    'QueryRoot.inventoryItems': (_, args) => {
      shop.allow('read', 'inventory')
      return connection(items(), args)
    },
    'QueryRoot.inventoryItem': (_, { id }) => {
      shop.allow('read', 'inventory')
      return itemOf(id)
    },
    'QueryRoot.inventoryLevel': (_, { id }) => {
      shop.allow('read', 'inventory')
      const level = shop.get('InventoryLevel', textOf(id))
      return level && itemOf(level['itemId']) ? level : null
    },
    'QueryRoot.locations': (_, args) => connection(places(), args),
    'QueryRoot.location': (_, { id }) => (id === undefined ? places()[0] : shop.get('Location', textOf(id))),
    'InventoryItem.unitCost': ({ cost }) => (cost === null ? null : { amount: cost, currencyCode: 'USD' }),
    'InventoryItem.variants': ({ variantId }, args) => {
      const all = shop.all('Product').flatMap(product => product['variants'] as (Fields & { id: string })[])
      return connection(
        all.filter(({ id }) => id === variantId),
        args,
      )
    },
    'InventoryItem.inventoryLevels': (own, args) => connection(levelsOf(own), args),
    'InventoryItem.inventoryLevel': (own, { locationId }) =>
      levelsOf(own).find(level => level['locationId'] === locationId),
    'InventoryLevel.item': ({ itemId }) => itemOf(itemId),
    'InventoryLevel.location': ({ locationId }) => shop.get('Location', textOf(locationId)),
    'InventoryLevel.quantities': ({ id, available }, { names }) =>
      (names as string[]).map(name => ({
        id: `${textOf(id)}/${name}`,
        name,
        quantity: name === 'available' ? available : 0,
      })),
    'Mutation.inventorySetQuantities': (_, { input }, { directives }) => {
      shop.allow('write', 'inventory')
      const key = directives.get('idempotent')?.['key']
      if (typeof key !== 'string' || key === '')
        throw new FieldProblem(
          'BAD_REQUEST',
          'The @idempotent directive is required for this mutation but was not provided.',
        )
      return setQuantities(shop, input as Fields, { itemOf, levelsOf }, key)
    },
  }
}

interface Ways {
  itemOf: (id: unknown) => Fields | undefined
  levelsOf: (item: Fields) => Node[]
}

/** https://shopify.dev/docs/api/usage/idempotent-requests: the same key answers the first result. */
function setQuantities(shop: Shop, input: Fields, { itemOf, levelsOf }: Ways, key: string): Fields {
  const refused = (code: string, field: string[], message: string) => ({
    inventoryAdjustmentGroup: null,
    userErrors: [{ code, field: ['input', ...field], message }],
  })
  const asked = JSON.stringify(input)
  const keyId = `gid://shopify/Answered/${key}`
  const earlier = shop.get('Answered', keyId)
  if (earlier && earlier['asked'] !== asked)
    return refused('IDEMPOTENCY_KEY_PARAMETER_MISMATCH', [], 'The same key has been used with other parameters.')
  if (earlier) return earlier['answer'] as Fields
  if (input['name'] !== 'available' && input['name'] !== 'on_hand')
    return refused('INVALID_NAME', ['name'], "The quantity name must be either 'available' or 'on_hand'.")
  if (!reasons.includes(textOf(input['reason'])))
    return refused('INVALID_REASON', ['reason'], 'The specified reason is invalid.')
  const changes: [Node, number][] = []
  for (const [index, quantity] of (input['quantities'] as Fields[]).entries()) {
    const at = ['quantities', textOf(index)]
    const item = itemOf(quantity['inventoryItemId'])
    if (!item) return refused('INVALID_INVENTORY_ITEM', at, 'The specified inventory item could not be found.')
    if (!('changeFromQuantity' in quantity))
      throw new FieldProblem('BAD_REQUEST', 'changeFromQuantity is required: pass a value or null.')
    const level = levelsOf(item).find(one => one['locationId'] === quantity['locationId'])
    if (!level) return refused('INVALID_LOCATION', at, 'The specified location could not be found.')
    const from = quantity['changeFromQuantity']
    if (from !== null && from !== level['available'])
      return refused('CHANGE_FROM_QUANTITY_STALE', at, 'The changeFromQuantity value does not match persisted value.')
    if (Number(quantity['quantity']) < 0)
      return refused('INVALID_QUANTITY_NEGATIVE', at, "The quantity can't be negative.")
    changes.push([level, Number(quantity['quantity'])])
  }
  for (const [level, available] of changes) shop.put('InventoryLevel', { ...level, available })
  const group = {
    id: shop.newId('InventoryAdjustmentGroup'),
    reason: input['reason'],
    createdAt: new Date().toISOString(),
  }
  const answer = { inventoryAdjustmentGroup: group, userErrors: [] }
  shop.put('Answered', { id: keyId, asked, answer })
  return answer
}

/** https://shopify.dev/docs/apps/build/orders-fulfillment/inventory-management-apps/manage-quantities-states */
const reasons = [
  ...['correction', 'cycle_count_available', 'damaged', 'movement_created', 'movement_updated', 'movement_received'],
  ...['movement_canceled', 'other', 'promotion', 'quality_control', 'received', 'reservation_created'],
  ...['reservation_deleted', 'reservation_updated', 'restock', 'safety_stock', 'shrinkage'],
]
