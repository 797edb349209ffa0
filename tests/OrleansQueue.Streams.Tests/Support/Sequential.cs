// Each cluster takes the whole machine for a while, and tests that bound a time must not compete with another one.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
