import { z } from 'zod'
import type { ControlRoute } from '../../platform.ts'
import { createTools } from '../../tools.ts'
import { bucketOf } from './admin/bucket.ts'
import { orderRequest, placeOrder } from './admin/orders.ts'
import { shopOf } from './admin/shop.ts'
import { bulkSettings, setBulk } from './bulk/operations.ts'

const size = z.strictObject({ capacity: z.int().positive(), restoreRate: z.number().positive() })

/**
 * What can be asked of a shop:
 *
 *   PUT  /shops/DOMAIN/bucket   the points of its apps: { capacity, restoreRate }, full from now on
 *   POST /shops/DOMAIN/orders   a buyer places an order (orders.ts)
 *   PUT  /shops/DOMAIN/bulk     how long bulk operations take and what they come to (bulk/operations.ts)
 */
export const controls: readonly ControlRoute[] = [
  [
    'PUT',
    /^\/shops\/([^/]+)\/bucket$/,
    ({ storage, params, body }) => {
      const bucket = bucketOf(storage, params[0]!)
      bucket.resize(size.parse(body))
      return bucket.status()
    },
  ],
  [
    'POST',
    /^\/shops\/([^/]+)\/orders$/,
    ({ storage, params, body }) => {
      const tools = createTools(storage, 'shopify', () => ({}))
      return placeOrder(shopOf(tools, params[0]!, []), orderRequest.parse(body))
    },
  ],
  [
    'PUT',
    /^\/shops\/([^/]+)\/bulk$/,
    ({ storage, params, body }) => {
      const tools = createTools(storage, 'shopify', () => ({}))
      return setBulk(shopOf(tools, params[0]!, []), bulkSettings.parse(body))
    },
  ],
]
