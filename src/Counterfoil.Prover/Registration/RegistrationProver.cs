using Counterfoil.Prover.Commitments;
using Counterfoil.Prover.Hiding;
using Counterfoil.Prover.Sumchecks;
using Counterfoil.Zk;
using Counterfoil.Zk.Claims;
using Counterfoil.Zk.Fields;
using Counterfoil.Zk.Lookups;
using Counterfoil.Zk.Polynomials;
using Counterfoil.Zk.Registration;
using Counterfoil.Zk.Transcripts;

namespace Counterfoil.Prover.Registration;

/// <summary>The prover's side of <see cref="RegistrationProof"/>.</summary>
/// <param name="model">The model.</param>
/// <param name="weights">Its weights.</param>
/// <param name="biases">Its biases.</param>
/// <param name="committedWeights">Both, committed.</param>
/// <param name="secrets">Where pads and masks come from; null if nothing is hidden. Used up.</param>
sealed class RegistrationProver(CommittedGraph model, IMatrix weights, ReadOnlyMemory<int> biases, CommittedMatrix committedWeights, SecretStream? secrets = null)
{
    readonly RegistrationLayout layout = model.Registration;
    readonly int length = model.Parameters.Code.RowLength;

    public byte[] Prove(Transcript transcript)
    {
        var channel = new ProverChannel(transcript);
        var tape = channel.Transcript;
        tape.Absorb(Labels.Protocol, RegistrationProof.Protocol);
        tape.Absorb(Labels.Model, model.Id.Value.ToArray());
        var tables = CellTables();
        var cells = Cells(tables);
        using var own = new ProofMatrix(new FieldMatrix(cells[(layout.FirstLimbSlot * length)..], length), model.Parameters.WeightCode, model.RegistrationPads, secrets);
        if (model.RegistrationPads is not null) channel.Hide(own.Pads);
        channel.Send(Labels.Witness, own.Root.ToArray());

        var fingerprint = new Fingerprint(tape.Challenges(3));
        var (numerators, denominators) = Fractions(cells, tables, fingerprint);
        var point = FractionalSumProver.Prove(channel, numerators, denominators);
        var claims = new RegistrationClaims(layout, new FractionalSum.Leaf(point, default, default));

        var folded = new Goldilocks2[length];
        weights.Combine(claims.Slots.AsSpan(0, layout.Weights.Rows), folded);
        channel.SendClaims(Labels.Weights, [Multilinear.InnerProduct<Goldilocks2>(folded, claims.Cells)]);
        var rows = new Goldilocks2[layout.WitnessRows];
        for (int r = 0; r < rows.Length; r++)
            for (int c = 0; c < length; c++) rows[r] += claims.Cells[c] * cells[(layout.FirstLimbSlot + r) * length + c];
        channel.SendClaims(Labels.Columns, rows);

        tape.Challenges(Multilinear.VariablesFor(layout.LimbRows) + 2 + Multilinear.VariablesFor(layout.WitnessRows));
        var constraints = new Constraints();
        var claim = RegistrationProof.Reduce(model, new VerifierChannel(channel.Written(), tape.Replay(), constraints), out _)!;
        var part = new Goldilocks2[length];
        committedWeights.Combine(claim.WeightRows, folded);
        own.Combine(claim.OwnRows, part);
        for (int c = 0; c < length; c++) folded[c] += part[c];
        OpeningProver.Prove(channel, model.Parameters.WeightCode, model.Parameters.Folding, [committedWeights], own, claim, folded, model.RegistrationPads, constraints);
        return channel.ToArray();
    }

    // The table of every cell that is looked up; null where a bias stands.
    TableId?[] CellTables()
    {
        var tables = new TableId?[layout.FirstTableSlot * length];
        Array.Fill(tables, TableId.Range);
        foreach (var block in layout.Weights.Blocks)
            foreach (var (row, start, end) in layout.Weights.Entries(block))
                for (int c = start; c < end; c++) tables[row * length + c] = block == layout.Weights.Biases ? null : TableId.Weight;
        foreach (var group in layout.Weights.BiasGroups)
            for (int k = 0; k < RegistrationLayout.Limbs; k++)
                for (int i = group.Start; i < group.End; i++) tables[LimbCell(k, i)] = TableSet.Limb(group.Bits, k);
        return tables;
    }

    // The leaves' values, slot after slot: the weights' matrix, then the registration's own.
    Goldilocks[] Cells(TableId?[] tables)
    {
        var cells = new Goldilocks[layout.Slots * length];
        for (int r = 0; r < layout.Weights.Rows; r++) weights.CopyRow(r, cells.AsSpan(r * length, length));
        foreach (var group in layout.Weights.BiasGroups)
            for (int i = group.Start; i < group.End; i++)
            {
                long shifted = biases.Span[i] + (1L << (group.Bits - 1));
                for (int k = 0; k < RegistrationLayout.Limbs; k++) cells[LimbCell(k, i)] = Goldilocks.FromInteger(shifted >> (8 * k) & 255);
            }
        var counts = new int[layout.TableSlots * length];
        for (int i = 0; i < tables.Length; i++)
            if (tables[i] is { } table)
                counts[layout.Tables.IndexOf(table, table == TableId.Weight ? Signed(cells[i]) : (int)cells[i].Value, 0)]++;
        for (int i = 0; i < counts.Length; i++) cells[layout.FirstTableSlot * length + i] = Goldilocks.FromInteger(counts[i]);
        return cells;
    }

    (Goldilocks2[] Numerators, Goldilocks2[] Denominators) Fractions(Goldilocks[] cells, TableId?[] tables, Fingerprint fingerprint)
    {
        Goldilocks2[] numerators = new Goldilocks2[1 << layout.Depth], denominators = new Goldilocks2[1 << layout.Depth];
        Array.Fill(denominators, Goldilocks2.One);
        var numbers = new Goldilocks2[12];
        for (int id = 0; id < numbers.Length; id++) numbers[id] = fingerprint.Of((TableId)id, 0, 0);
        for (int i = 0; i < tables.Length; i++)
        {
            if (tables[i] is not null) numerators[i] = Goldilocks2.One;
            denominators[i] = numbers[(int)(tables[i] ?? TableId.Range)] + cells[i];
        }
        for (int i = tables.Length; i < cells.Length; i++)
        {
            numerators[i] = -(Goldilocks2)cells[i];
            denominators[i] = fingerprint.Of(layout.Tables[i - tables.Length]);
        }
        return (numerators, denominators);
    }

    int LimbCell(int limb, int neuron) => (layout.FirstLimbSlot + limb * layout.LimbRows) * length + neuron;

    static int Signed(Goldilocks value) => value.Value > Goldilocks.Modulus / 2 ? -(int)(Goldilocks.Modulus - value.Value) : (int)value.Value;
}
