using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Auditing;
using Counterfoil.Data.Commitments;
using Counterfoil.Data.Deltas;
using Counterfoil.Data.Proofs;
using CsCheck;
using static Counterfoil.Tests.Data.DataScene;

namespace Counterfoil.Tests.Data;

/// <summary>An audit recomputes everything and names every difference.</summary>
public sealed class AuditTests
{
    static async Task<DatasetAudit> Audit(DataScene scene, IEnumerable<byte[]> found) =>
        await DatasetAudit.RunAsync(StatedFacts.Of(scene.Result), new Shelf(found), scene.Manifest);

    static Difference One(DatasetAudit audit)
    {
        Refused(DataChecks.Audit, audit.Verdict);
        return Assert.Single(audit.Differences);
    }

    [Fact]
    public async Task What_is_as_committed_passes()
    {
        var scene = await MakeAsync(40);
        var audit = await Audit(scene, scene.Records);
        Assert.Equal(Verdict.Accept, audit.Verdict);
        Assert.Empty(audit.Differences);
    }

    [Fact]
    public async Task Each_kind_of_difference_is_named_with_place_expected_and_found()
    {
        var scene = await MakeAsync(40);
        var (r, l) = (scene.Records, scene.Manifest);
        byte[] changed = Flip(r[7], 3, 1);
        var leaf = new RecordLeaf(scene.Result.Canonicaliser);
        Assert.Equal(new(DifferenceKind.Altered, 7, 7, l[7], leaf.Hash(changed)), One(await Audit(scene, [.. r[..7], changed, .. r[8..]])));
        Assert.Equal(new(DifferenceKind.Missing, 7, null, l[7], null), One(await Audit(scene, [.. r[..7], .. r[8..]])));
        Assert.Equal(new(DifferenceKind.Extra, null, 7, null, leaf.Hash(changed)), One(await Audit(scene, [.. r[..7], changed, .. r[7..]])));
        Assert.Equal(new(DifferenceKind.Duplicated, 7, 20, l[7], l[7]), One(await Audit(scene, [.. r[..20], r[7], .. r[20..]])));
        Assert.Equal(new(DifferenceKind.Moved, 7, 30, l[7], l[7]), One(await Audit(scene, [.. r[..7], .. r[8..31], r[7], .. r[31..]])));
        var swapped = (await Audit(scene, [.. r[..7], r[8], r[7], .. r[9..]])).Differences;
        Assert.All(swapped, d => Assert.Equal(DifferenceKind.Moved, d.Kind));
    }

    [Fact]
    public async Task A_wrong_root_or_number_is_found_where_no_record_differs()
    {
        var scene = await MakeAsync(40);
        foreach (var lie in new[] { scene.Result with { SortedRoot = default }, scene.Result with { Bytes = 1 }, scene.Result with { Records = 41 }, scene.Result with { OrderedRoot = default } })
        {
            var audit = await DatasetAudit.RunAsync(StatedFacts.Of(lie), new Shelf(scene.Records), scene.Manifest);
            Refused(DataChecks.Audit, audit.Verdict);
            Assert.Empty(audit.Differences);
        }
    }

    [Fact]
    public async Task A_set_with_tombstones_is_audited_without_the_removed_records()
    {
        var scene = await MakeAsync(40);
        var delta = DeltaProof.Make(scene.Leaves, [0, 7, 8, 39]);
        var leaves = scene.Manifest.Leaves.ToArray();
        foreach (var removed in delta.Removed) leaves[removed.Place] = Tombstone.At(removed.Place);
        var stated = new StatedFacts(scene.Result.Canonicaliser, 40, delta.After.Ordered, delta.After.Absence, null);
        List<byte[]> kept = [.. scene.Records[1..7], .. scene.Records[9..39]];
        Assert.Equal(Verdict.Accept, (await DatasetAudit.RunAsync(stated, new Shelf(kept), new LeafArray(leaves))).Verdict);
        var leftIn = await DatasetAudit.RunAsync(stated, new Shelf([.. kept[..6], scene.Records[7], .. kept[6..]]), new LeafArray(leaves));
        Refused(DataChecks.Audit, leftIn.Verdict);
        Assert.Equal(DifferenceKind.Extra, Assert.Single(leftIn.Differences).Kind); // a record that should have gone
    }

    /// <summary>Whatever was done to a copy, the differences account for every record: what they say, done to the original, gives the copy's multiset.</summary>
    [Fact]
    public void Differences_account_for_every_record() =>
        Gen.Select(Gen.Int[0, 6].Array[0, 16], Gen.Int[0, 6].Array[0, 16]).Sample((a, b) =>
        {
            Sha256Digest[] before = [.. a.Select(i => Sha256.Hash([(byte)i]))], after = [.. b.Select(i => Sha256.Hash([(byte)i]))];
            var differences = Difference.Between(new LeafArray(before), new LeafArray(after));
            if (a.SequenceEqual(b)) Assert.Empty(differences);
            var multiset = before.ToList();
            foreach (var d in differences)
            {
                if (d.Kind is DifferenceKind.Altered or DifferenceKind.Missing) Assert.True(multiset.Remove(d.Expected!.Value));
                if (d.Kind is DifferenceKind.Altered or DifferenceKind.Extra or DifferenceKind.Duplicated) multiset.Add(d.Found!.Value);
                if (d.Place is { } place && d.Kind != DifferenceKind.Duplicated) Assert.Equal(before[place], d.Expected);
                if (d.Position is { } position) Assert.Equal(after[position], d.Found);
                if (d.Kind == DifferenceKind.Extra) Assert.DoesNotContain(d.Found!.Value, before);
            }
            Assert.Equal(after.Order(), multiset.Order());
        }, iter: 2000);
}
