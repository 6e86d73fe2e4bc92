import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import proto from '@temporalio/proto'
import type { NativeConnection } from '@temporalio/worker'
import type { Logger } from '../src/logger.ts'
import { searchAttributes, searchAttributeTypes } from '../src/temporal/contract.ts'

/**
 * Registers the hub's search attributes in the namespace where they are missing, and waits until the server takes them:
 * on a cluster a new one needs up to ten seconds. Fails after 30 s.
 */
export async function ensureSearchAttributes(
  connection: NativeConnection,
  client: Client,
  namespace: string,
  log: Logger,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace })
  const missing = Object.keys(searchAttributeTypes).filter(name => !(name in customAttributes))
  if (missing.length > 0) {
    const keyword = proto.temporal.api.enums.v1.IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
    await connection.operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(name => [name, keyword])),
    })
    log.info({ missing }, 'search attributes registered')
  }
  const everyAttribute = Object.values(searchAttributes).map(key => `${key.name} = 'none'`)
  for (let attempt = 0; ; attempt++) {
    try {
      await client.workflow.count(everyAttribute.join(' OR '))
      return
    } catch (error) {
      if (attempt === 60) throw error
      await sleep(500)
    }
  }
}
