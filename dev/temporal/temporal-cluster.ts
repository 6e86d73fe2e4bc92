import { Connection } from '@temporalio/client'
import { msToTs } from '@temporalio/common/lib/time.js'
import { waitUntil } from '../processes/processes.ts'

/** The numbers of IndexedValueType in the API's protobuf: https://api-docs.temporal.io/#temporal.api.enums.v1.IndexedValueType */
const indexed = { Text: 1, Keyword: 2, Int: 3, Double: 4, Bool: 5, Datetime: 6, KeywordList: 7 } as const

export type SearchAttributeType = keyof typeof indexed

/** Adds to a running server the namespaces and search attributes that it lacks, and waits until they can be used. */
export async function prepareCluster(
  address: string,
  namespaces: readonly string[],
  searchAttributes: Readonly<Record<string, SearchAttributeType>>,
): Promise<void> {
  const connection = await Connection.connect({ address, connectTimeout: 5000 })
  try {
    for (const namespace of namespaces) {
      const exists = () =>
        connection.workflowService.describeNamespace({ namespace }).then(
          () => true,
          () => false,
        )
      if (!(await exists())) {
        const workflowExecutionRetentionPeriod = msToTs('3 days')
        await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod })
      }
      // a new namespace reaches the server's caches only after up to ten seconds
      const list = () => connection.operatorService.listSearchAttributes({ namespace }).catch(() => undefined)
      await waitUntil(async () => !!(await list()), 30_000, `namespace ${namespace} did not become usable`)
      const known = await connection.operatorService.listSearchAttributes({ namespace })
      const missing = Object.entries(searchAttributes).filter(([name]) => !known.customAttributes?.[name])
      if (missing.length === 0) continue
      await connection.operatorService.addSearchAttributes({
        namespace,
        searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, indexed[type]])),
      })
    }
  } finally {
    await connection.close()
  }
}
