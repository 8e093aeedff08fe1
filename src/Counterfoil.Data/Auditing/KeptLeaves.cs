using Counterfoil.Core.Digests;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Proofs;

namespace Counterfoil.Data.Auditing;

/// <summary>A sequence without its tombstones, read a page at a time: whoever walks along it costs one read a page, on a disk too. For one thread.</summary>
sealed class KeptLeaves : ILeafSequence
{
    const int PageLeaves = 4096;

    readonly ILeafSequence all;
    readonly List<long>? places; // of what is kept; null where that is all
    readonly Sha256Digest[] page = new Sha256Digest[PageLeaves];
    long pageAt = -1;

    KeptLeaves(ILeafSequence all, List<long>? places) => (this.all, this.places) = (all, places);

    public static KeptLeaves Of(ILeafSequence all)
    {
        List<long>? places = null;
        var page = new Sha256Digest[PageLeaves];
        var tombstones = new Sha256Digest[PageLeaves];
        for (long at = 0; at < all.Count; at += PageLeaves)
        {
            int count = (int)Math.Min(PageLeaves, all.Count - at);
            all.Read(at, page.AsSpan(0, count));
            Tombstone.From(at, tombstones.AsSpan(0, count));
            for (int i = 0; i < count; i++)
                if (page[i] != tombstones[i]) places?.Add(at + i);
                else if (places is null)
                {
                    places = [];
                    for (long j = 0; j < at + i; j++) places.Add(j);
                }
        }
        return new(all, places);
    }

    public long Count => places?.Count ?? all.Count;

    public Sha256Digest this[long place]
    {
        get
        {
            place = PlaceOf(place);
            long at = place / PageLeaves * PageLeaves;
            if (at != pageAt)
            {
                all.Read(at, page.AsSpan(0, (int)Math.Min(PageLeaves, all.Count - at)));
                pageAt = at;
            }
            return page[place - at];
        }
    }

    /// <summary>The place in the whole sequence.</summary>
    public long PlaceOf(long place) => places is null ? place : places[checked((int)place)];
}
