import { conform } from './suite.ts'

await conform(['quickbooks', 'stripe'])
