using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Zk;
using Counterfoil.Zk.Commitments;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Registration;

/// <summary>The prover's side of <see cref="RerandomisationProof"/>.</summary>
static class RerandomisationProver
{
    /// <summary>Proves that two commitments have the same weights.</summary>
    public static byte[] Prove(CommittedGraph model, CommittedMatrix old, CommittedMatrix fresh, SecretStream secrets, Transcript transcript)
    {
        var code = model.Parameters.Code;
        int length = code.RowLength;
        var channel = new ProverChannel(transcript);
        var tape = channel.Transcript;
        RerandomisationProof.AbsorbStatement(model, fresh.Root, tape);

        // Two masks of two rows each, the second with the cells of the first where weights are.
        var masks = new Goldilocks[4][];
        for (int i = 0; i < 4; i++)
        {
            masks[i] = new Goldilocks[code.Cells];
            secrets.Fill(masks[i]);
            if (i >= 2) masks[i - 2].AsSpan(0, length).CopyTo(masks[i]);
        }
        var salts = new byte[code.Length * MerkleRoot.SaltSize];
        secrets.Fill(salts);
        using var own = new Codewords(4, code.Cells, code.LogLength, (row, _) => masks[row], salts);
        channel.Send(Labels.Witness, own.Root.ToArray());

        var random = Multilinear.Equality<Goldilocks2>(tape.Challenges(RowOpening.Variables(old.Rows, true))).AsSpan(0, old.Rows);
        var row = new Goldilocks2[code.Cells];
        old.Combine(random, row.AsSpan(0, length));
        for (int c = 0; c < length; c++) row[c] += new Goldilocks2(masks[0][c], masks[1][c]);
        AddMasks(old, random, masks[0], masks[1], row);
        channel.Send(Labels.OpeningRow, row);
        AddMasks(fresh, random, masks[2], masks[3], row);
        channel.Send(Labels.OpeningMasks, row.AsSpan(length));

        var positions = tape.Positions(code.Queries, code.LogLength);
        old.WriteColumns(channel, positions);
        fresh.WriteColumns(channel, positions);
        own.Write(channel, positions);
        foreach (var mask in masks) Array.Clear(mask);
        return channel.ToArray();
    }

    static void AddMasks(CommittedMatrix matrix, ReadOnlySpan<Goldilocks2> weights, Goldilocks[] mask0, Goldilocks[] mask1, Goldilocks2[] row)
    {
        int length = matrix.Code.RowLength;
        Goldilocks[] sum0 = mask0[length..], sum1 = mask1[length..];
        matrix.AddMasks(weights, sum0, sum1);
        for (int c = 0; c < sum0.Length; c++) row[length + c] = new(sum0[c], sum1[c]);
    }
}
