import { Skeleton } from './skeleton.tsx'

/** Facts by name; one that is not read yet has a skeleton. */
export function Pairs({ pairs }: { readonly pairs: readonly (readonly [name: string, value: string | undefined])[] }) {
  return (
    <dl className="pairs">
      {pairs.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? <Skeleton width={96} />}</dd>
        </div>
      ))}
    </dl>
  )
}
