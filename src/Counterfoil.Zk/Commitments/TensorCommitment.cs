using System.Buffers.Binary;
using Counterfoil.Core.Digests;
using Counterfoil.Core.Verdicts;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Polynomials;

namespace Counterfoil.Zk;

/// <summary>
/// What stands for a hidden input or output in a statement (rule E): the root of a hiding commitment to its cells, which proofs open at one random point. Whoever has it learns nothing of the cells, and its
/// maker cannot show others under it.
/// </summary>
/// <remarks>
/// Cells fill rows of 2^k, the last continued with zeros; every row has R uniform masks, every leaf a salt, as the weights of a model have where they are hidden. The code must be the model's; a commitment
/// serves all models of that code. A root alone would not do as a name: read under another code it may hold other cells, so <see cref="Digest"/> is over all that says how to read it.
/// </remarks>
/// <param name="Root">The root of the tree over the columns.</param>
/// <param name="Length">Cells.</param>
/// <param name="Code">The code of its rows; R, the masks, is what openings are paid from, <see cref="RowCode.Queries"/> each.</param>
public sealed record TensorCommitment(Keccak256Digest Root, int Length, RowCode Code)
{
    /// <summary>Bytes of the encoding.</summary>
    public const int Size = 12 + Bytes32.Size;

    /// <summary>Proofs that the masks hide.</summary>
    public int Budget => Code.Masks / Code.Queries;

    /// <summary>Its name, for whatever else commits to the tensor: Keccak-256 over a domain and the encoding.</summary>
    public Keccak256Digest Digest => Keccak256.Hash([.. Domains.TensorCommitment, .. Encode()]);

    /// <summary>Rows of the matrix.</summary>
    internal int Rows => (int)((Length + (long)Code.RowLength - 1) >> Code.LogRowLength);

    /// <summary>Variables of a cell's number: at least those of a cell in its row, so that what follows the last cell is claimed to be zero.</summary>
    internal int Variables => Math.Max(Code.LogRowLength, Multilinear.VariablesFor(Length));

    /// <summary>Length (4 bytes), k (1), log₂ n (1), t (2), R (4), all big-endian; the root (32).</summary>
    public byte[] Encode()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt32BigEndian(bytes, Length);
        (bytes[4], bytes[5]) = ((byte)Code.LogRowLength, (byte)Code.LogLength);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(6), (ushort)Code.Queries);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), Code.Masks);
        Root.CopyTo(bytes.AsSpan(12));
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; whether it fits a model, verifying says.</summary>
    public static Verdict Decode(ReadOnlySpan<byte> bytes, out TensorCommitment? commitment)
    {
        commitment = null;
        if (bytes.Length != Size) return Verdict.Reject(ZkChecks.Hidden, $"{Size} bytes", $"{bytes.Length}");
        int length = BinaryPrimitives.ReadInt32BigEndian(bytes), masks = BinaryPrimitives.ReadInt32BigEndian(bytes[8..]);
        var code = new RowCode(bytes[4], bytes[5] - bytes[4], BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]), masks);
        if (length < 1 || code.LogRowLength > 16 || code.LogInverseRate < 1 || code.LogLength > 20 || code.Queries is < 1 or > 1024 || masks < 1 || masks > code.Length)
            return Verdict.Reject(ZkChecks.Hidden, "a length, k ≤ 16, k < log₂ n ≤ 20, 1 to 1024 queries, masks", $"{length}, {code}");
        commitment = new TensorCommitment(new Keccak256Digest(bytes[12..]), length, code);
        return Verdict.Accept;
    }
}
