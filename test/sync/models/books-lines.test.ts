import { connectedCompany, patch, records, type ShownRecord } from '../company.ts'
import { quickbooksBooks, xeroBooks, type Books, type Model, type Values } from './book-accounts.ts'

// What only the books know stays there when the hub changes what stands beside it. Of an invoice's lines: classes, tracking, accounts,
// discounts, and lines that are none of the hub's. Of addresses, telephones and prices: what no field maps.

const { hub, sandbox } = await connectedCompany(0)

async function only({ account }: Books, model: Model = 'invoices'): Promise<ShownRecord> {
  const all = await records(account, '', model)
  expect(all).toHaveLength(1)
  return all[0]!
}

const linesOf = (record: ShownRecord) => record.data.lines as Values[]

const change = (books: Books, lines: Values[]) => changed(books, 'invoices', { lines })

async function changed(books: Books, model: Model, data: Values) {
  await patch(books.account, (await only(books, model)).id, data)
  const [ended] = await books.run(model)
  expect(ended!.counts).toMatchObject({ pushed: 1, failed: 0, conflicts: 0 })
  const [again] = await books.run(model)
  expect(again!.counts).toMatchObject({ pushed: 0, updated: 0, failed: 0 })
}

describe('lines of QuickBooks’ invoices', () => {
  const detail = (more: Values) => ({
    DetailType: 'SalesItemLineDetail',
    SalesItemLineDetail: { Qty: 1, UnitPrice: 10, TaxCodeRef: { value: '5' }, ...more },
  })
  const roses = { ...detail({ ClassRef: { value: '71', name: 'Retail' } }), Amount: 10, Description: 'Roses' }
  const pots = { ...detail({ ClassRef: { value: '72' }, ServiceDate: '2026-03-01' }), Amount: 10, Description: 'Pots' }
  const thanks = { DetailType: 'DescriptionOnly', Description: 'Thank you', DescriptionLineDetail: {} }

  async function withInvoice() {
    const books = await quickbooksBooks(hub, sandbox)
    const { Id: value } = await sandbox.control.customers(books.id).create({ DisplayName: 'Ada' })
    const invoices = sandbox.control.entities(books.id, 'invoices')
    const { Id } = await invoices.create({
      ...{ CustomerRef: { value }, GlobalTaxCalculation: 'TaxExcluded', Line: [roses, thanks, pots] },
    })
    await books.run('customers', 'invoices')
    const shown = async () => {
      const lines = (await invoices.get(Id)).Line as Values[]
      return lines.filter(line => line['DetailType'] !== 'SubTotalLineDetail')
    }
    return { books, shown, change: (lines: Values[]) => change(books, lines), invoices, Id }
  }

  it('keep what no field says, in lines that change and in those that do not', async () => {
    const { books, shown, change } = await withInvoice()
    const before = await shown()
    const [first, second] = linesOf(await only(books))
    await change([first!, { ...second, quantity: '2', amount: '20.00' }])
    expect(await shown()).toEqual([
      before[0],
      before[1],
      expect.objectContaining({
        ...{ Id: before[2]!['Id'], Amount: 20, Description: 'Pots' },
        SalesItemLineDetail: expect.objectContaining({
          Qty: 2,
          ClassRef: { value: '72' },
          ServiceDate: '2026-03-01',
        }) as Values,
      }),
    ])
  })

  it('go where the hub takes them out, come where it adds them, and stay themselves where others move', async () => {
    const { books, shown, change } = await withInvoice()
    const before = await shown()
    const [, second] = linesOf(await only(books))
    await change([{ description: 'Seeds', quantity: '1', unitPrice: '3', amount: '3.00', taxCode: '5' }, second!])
    const [seeds, ...others] = (await shown()).filter(line => line['DetailType'] === 'SalesItemLineDetail')
    expect(seeds).toMatchObject({ Description: 'Seeds', Amount: 3 })
    expect(others).toEqual([{ ...before[2], LineNum: expect.any(Number) as number }])
    expect((seeds!['SalesItemLineDetail'] as Values)['ServiceDate']).toBeUndefined()
    expect((await shown()).filter(line => line['DetailType'] === 'DescriptionOnly')).toHaveLength(1)
  })

  it('are those of the moment of the write, when somebody gives one another class meanwhile', async () => {
    const { books, shown, invoices, Id } = await withInvoice()
    const there = await invoices.get(Id)
    const moved = (there.Line as Values[]).map(line =>
      line['Description'] === 'Pots'
        ? {
            ...line,
            SalesItemLineDetail: { ...(line['SalesItemLineDetail'] as Values), ClassRef: { value: '99' } },
          }
        : line,
    )
    await books.account.workspace.request('PATCH', `/v1/syncs/${books.syncs.invoices}`, { direction: 'push' })
    await invoices.change(Id, { Line: moved })
    const [first, second] = linesOf(await only(books))
    await patch(books.account, (await only(books)).id, { lines: [{ ...first, description: 'Red roses' }, second!] })
    expect((await books.run('invoices'))[0]!.counts).toMatchObject({ pushed: 1, failed: 0 })
    const pots = (await shown()).find(line => line['Description'] === 'Pots')!
    expect((pots['SalesItemLineDetail'] as Values)['ClassRef']).toEqual({ value: '99' })
    expect((await shown())[0]).toMatchObject({ Description: 'Red roses' })
  })
})

describe('lines of Xero’s invoices', () => {
  it('keep their tracking, discounts and accounts, and are reckoned anew where they change', async () => {
    const books = await xeroBooks(hub, sandbox)
    const org = sandbox.control.organisation(books.id)
    const { ContactID } = await org.put('contacts', { Name: 'Ada' })
    const Tracking = [{ Name: 'Region', Option: 'North' }]
    const roses = {
      Description: 'Roses',
      Quantity: 1,
      UnitAmount: 10,
      TaxType: 'OUTPUT2',
      AccountCode: '200',
      Tracking,
    }
    const pots = { ...roses, Description: 'Pots', TaxAmount: 2.01, Tracking: [{ Name: 'Region', Option: 'South' }] }
    const cut = { ...roses, Description: 'Seeds', DiscountRate: 10 }
    const { InvoiceID } = await org.put('invoices', {
      ...{ Type: 'ACCREC', Status: 'AUTHORISED', InvoiceNumber: 'L1', Contact: { ContactID } },
      ...{ LineItems: [roses, pots, cut], Date: '2026-03-01', DueDate: '2026-03-31' },
    })
    await books.run('customers', 'invoices')
    const shown = async () => (await org.get('invoices', String(InvoiceID)))!['LineItems'] as Values[]
    const before = await shown()
    const [first, second, third] = linesOf(await only(books))
    await change(books, [{ ...first, quantity: '3', amount: '30.00' }, second!, { ...third, description: 'Seed' }])
    expect(await shown()).toEqual([
      { ...before[0], Quantity: 3, LineAmount: 30, TaxAmount: 6 },
      // The tax that somebody has set stays.
      before[1],
      { ...before[2], Description: 'Seed' },
    ])
  })
})

describe('what stands in one object', () => {
  it('keeps an address’ other lines at QuickBooks, those of the moment of the write, and nothing of the old place', async () => {
    const books = await quickbooksBooks(hub, sandbox)
    const customers = sandbox.control.customers(books.id)
    const address = { Id: '9', Line1: '1 Bridge Street', Line3: 'Unit 4', Note: 'Ring', City: 'Ely', PostalCode: 'CB7' }
    const BillAddr = { ...address, Lat: '52.4', Long: '0.26' }
    const { Id } = await customers.create({ DisplayName: 'Ada', BillAddr })
    await books.run('customers')
    await changed(books, 'customers', { notes: 'Pays late' })
    expect((await customers.get(Id))['BillAddr']).toEqual(BillAddr)
    await customers.change(Id, { BillAddr: { ...BillAddr, Line3: 'Unit 5' } })
    await changed(books, 'customers', { address: { line1: '2 Bridge Street', postalCode: null, country: 'GB' } })
    expect((await customers.get(Id))['BillAddr']).toEqual({
      ...{ ...address, Line1: '2 Bridge Street', Line3: 'Unit 5', PostalCode: '', Country: 'GB' },
      ...{ Lat: '', Long: '' },
    })
  })

  it('keeps what Xero alone knows of addresses and telephones, but the codes of a number that was', async () => {
    const books = await xeroBooks(hub, sandbox)
    const org = sandbox.control.organisation(books.id)
    const box = { AddressType: 'POBOX', AddressLine1: 'Box 1', AddressLine3: 'Floor 3', City: 'Leeds' }
    const street = { AddressType: 'STREET', AddressLine1: '1 High Street', AttentionTo: 'Ada', City: 'York' }
    const phones = [
      { PhoneType: 'DEFAULT', PhoneNumber: '1234', PhoneAreaCode: '09', PhoneCountryCode: '64' },
      { PhoneType: 'MOBILE', PhoneNumber: '777', PhoneAreaCode: '021' },
    ]
    const { ContactID } = await org.put('contacts', { Name: 'Ada', Addresses: [box, street], Phones: phones })
    await books.run('customers')
    const shown = async (of: 'Addresses' | 'Phones') => (await org.get('contacts', String(ContactID)))![of] as Values[]
    await changed(books, 'customers', { address: { line1: 'Box 2', city: 'Leeds' } })
    const at = (said: Values) => expect.objectContaining(said) as Values
    const among = (all: Values[]) => expect.arrayContaining(all.map(at)) as Values[]
    expect(await shown('Addresses')).toEqual([at(street), at({ ...box, AddressLine1: 'Box 2' })])
    expect(await shown('Phones')).toEqual(among(phones))
    await changed(books, 'customers', { phone: '+64 9 555' })
    const moved = { PhoneType: 'DEFAULT', PhoneNumber: '+64 9 555', PhoneAreaCode: '', PhoneCountryCode: '' }
    expect(await shown('Phones')).toEqual(among([moved, phones[1]!]))
    expect(await shown('Addresses')).toEqual([at(street), at({ ...box, AddressLine1: 'Box 2' })])
  })

  it('keeps the account and the tax beside a price of Xero’s', async () => {
    const books = await xeroBooks(hub, sandbox)
    const org = sandbox.control.organisation(books.id)
    const SalesDetails = { UnitPrice: 2, AccountCode: '200', TaxType: 'OUTPUT2' }
    const { ItemID } = await org.put('items', { Code: 'tea', SalesDetails })
    await books.run('products')
    await changed(books, 'products', { unitPrice: '3' })
    expect((await org.get('items', String(ItemID)))!['SalesDetails']).toEqual({ ...SalesDetails, UnitPrice: 3 })
  })
})
