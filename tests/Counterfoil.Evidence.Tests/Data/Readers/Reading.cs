using Counterfoil.Core.Verdicts;
using Counterfoil.Data;
using Counterfoil.Data.Records;
using Counterfoil.Data.Stores;
using Check = Counterfoil.Core.Verdicts.Check;

namespace Counterfoil.Tests.Data;

/// <summary>What came of reading a whole data set, and where each record began.</summary>
sealed record Reading(Verdict Verdict, IReadOnlyList<byte[]> Records, IReadOnlyList<(int Part, long Position)> Positions)
{
    public static Reading Of(IRecordFormat format, byte[] bytes, int batchRecords = 7, int batchBytes = 1 << 20, string name = "object") =>
        Of(format, [new MemoryObject(name, bytes)], batchRecords, batchBytes);

    /// <summary>Reads all parts. The position before each record is taken where a batch holds one record.</summary>
    public static Reading Of(IRecordFormat format, IReadOnlyList<StoredObject> objects, int batchRecords = 7, int batchBytes = 1 << 20, int fromPart = 0, long position = 0)
    {
        var records = new List<byte[]>();
        var positions = new List<(int, long)>();
        var verdict = format.Plan(objects, out var parts);
        if (!verdict.IsAccepted) return new(verdict, records, positions);
        var batch = new RecordBatch(batchBytes, batchRecords);
        for (int part = fromPart; part < parts!.Count; part++, position = 0)
        {
            verdict = format.Open(parts[part], position, out var reader);
            if (!verdict.IsAccepted) return new(verdict, records, positions);
            using (reader)
            {
                do
                {
                    batch.Clear();
                    long before = reader!.Position;
                    verdict = reader.Read(batch);
                    if (!verdict.IsAccepted) return new(verdict, records, positions);
                    for (int i = 0; i < batch.Count; i++) records.Add(batch[i].ToArray());
                    if (batch.Count > 0) positions.Add((part, before));
                    if (batch.Count > 0) Assert.True(reader.Position > before, "the position rises with every record");
                }
                while (batch.Count > 0);
            }
        }
        return new(Verdict.Accept, records, positions);
    }

    public void Refused(Check check)
    {
        var rejected = Assert.IsType<Verdict.Rejected>(Verdict);
        Assert.True(check == rejected.Reason.Check, rejected.ToString());
    }

    public Reading Accepted()
    {
        Assert.Equal(Verdict.Accept, Verdict);
        return this;
    }

    /// <summary>Leaves of the records, and the ordered root over them.</summary>
    public (string First, string Root) Leaves(Canonicaliser canonicaliser)
    {
        var leaf = new RecordLeaf(canonicaliser);
        Core.Digests.Sha256Digest[] leaves = [.. Records.Select(r => leaf.Hash(r))];
        return (leaves[0].ToString(), Core.Merkle.MerkleTree.Root(leaves).ToString());
    }
}
