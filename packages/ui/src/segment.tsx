interface SegmentProps<Option extends string> {
  readonly label: string
  readonly options: readonly Option[]
  readonly chosen: Option
  readonly choose: (option: Option) => void
}

/** One of a few, all in sight. */
export function Segment<Option extends string>({ label, options, chosen, choose }: SegmentProps<Option>) {
  return (
    <div className="segment" role="group" aria-label={label}>
      {options.map((option) => (
        <button key={option} type="button" aria-pressed={option === chosen} onClick={() => choose(option)}>
          {option}
        </button>
      ))}
    </div>
  )
}
