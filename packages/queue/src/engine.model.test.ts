import { describeEngine } from './engine.test.rules.ts'
import { embeddedPlace } from './engine.test.stage.ts'
import { ModelStore } from './testing/model-store.ts'

const stores = new Map<string, ModelStore>()

describeEngine('the model store', async () => ({
  ...(await embeddedPlace()),
  storeOf: (queue) => {
    const known = stores.get(queue)?.second()
    if (known) return known
    const store = new ModelStore(queue)
    stores.set(queue, store)
    return store
  },
}))
