//! Work in shares, each on a thread of its own but the first, which the caller does itself.

/// What came of each share, in their order.
pub(crate) fn parallel_map<S: Copy + Send, T: Send>(
    shares: impl IntoIterator<Item = S>,
    work: impl Fn(S) -> T + Sync,
) -> Vec<T> {
    let mut shares = shares.into_iter();
    let Some(first) = shares.next() else { return Vec::new() };
    std::thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = shares.map(|share| (share, scope.spawn(move || work(share)))).collect();
        let mut done = vec![work(first)];
        // A worker cannot die; if one did, its share would be done here.
        done.extend(workers.into_iter().map(|(share, worker)| worker.join().unwrap_or_else(|_| work(share))));
        done
    })
}
